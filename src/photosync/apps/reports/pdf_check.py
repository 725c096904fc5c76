"""What is accepted as a PDF: decided by a look at its two ends. Nothing here parses what may be hostile."""

from __future__ import annotations

import re
from itertools import chain, islice

from django.utils.translation import gettext as _

from photosync.core.photos import BYTES_PER_MEGABYTE

HEAD = b"%PDF-"
TAIL_BYTES = 2_048
"""Programs add some lines after the end; readers look so far back too."""
LONGEST_TRAILER_BYTES = 16_384
MOST_TRAILERS = 1_000
"""A file is not looked through without end, whatever is in it."""
_ENCRYPTED = re.compile(rb"/Encrypt\b(?:\s+\d+\s+\d+\s+R|\s*<<)")
_TRAILERS = (re.compile(rb"trailer(?<!\wtrailer)\b"), re.compile(rb"/Type\s*/XRef\b"))
"""Of a table, of a stream. Each begins with plain bytes, which are searched thirty times faster than a choice is."""


def refusal_of_pdf(content: bytes, *, largest_bytes: int) -> str:
    """Return why `content` is not accepted as a report, in one sentence; "" where it is."""
    if not content:
        return _("The file is empty.")
    if len(content) > largest_bytes:
        return too_large(largest_bytes)
    if not content.startswith(HEAD):
        return _("It is not a PDF: its content does not begin as one.")
    tail = content[-TAIL_BYTES:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        return _("It is not whole: the end of the PDF is missing. Export it again.")
    if _is_encrypted(content):
        return _("It is encrypted. Export it without a password.")
    return ""


def too_large(largest_bytes: int) -> str:
    return _("It is larger than %(number)d MB.") % {"number": largest_bytes // BYTES_PER_MEGABYTE}


def _is_encrypted(content: bytes) -> bool:
    """Whether a trailer, which says where everything is, says that it is encrypted: of a table or of a stream."""
    for found in chain.from_iterable(islice(each.finditer(content), MOST_TRAILERS) for each in _TRAILERS):
        before, after = max(found.start() - LONGEST_TRAILER_BYTES, 0), found.end() + LONGEST_TRAILER_BYTES
        if found[0] == b"trailer":
            begin, end = found.end(), content.find(b"startxref", found.end(), after)
        else:
            begin, end = content.rfind(b"obj", before, found.start()), content.find(b"stream", found.end(), after)
        if _ENCRYPTED.search(content, max(begin, before), end if end > 0 else min(after, len(content))):
            return True
    return False
