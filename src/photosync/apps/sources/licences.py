"""Licences of photographers' deliveries: read from the source, accepted by a person, asked for before any photo.

A licence is known by the hash of its bytes. A text that has changed is another one and is asked for anew; one that
comes back was accepted already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.profiles.matching import is_delivery
from photosync.apps.profiles.models import DeliveryLicence, SyncProfile
from photosync.apps.sources.opening import licences_in, open_profile_source
from photosync.apps.sources.time_limit import WITHIN_S, told_out_of_time
from photosync.connectors.attending import listed_within
from photosync.connectors.contract import Source
from photosync.connectors.photographer.licence import Licence
from photosync.connectors.photographer.papers import licences_beside_an_index
from photosync.connectors.photographer.source import DeliverySource
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.people import quoted
from photosync.engine.names import readable_path

Writing = Callable[[], AbstractContextManager[None]]
SHOWN_OF_HASH = 12
_HASH = re.compile(f"[0-9a-f]{{{SHOWN_OF_HASH},64}}")
LONGEST_NAME = 200


def notes_of_licences(source: Source, files: Iterable[tuple[str, str]]) -> list[str]:
    """Return a sentence where a source with these files (folder, name) looks like a delivery with a licence.

    It is asked for only where the source is read as a photographer's delivery; of one that is, nothing is said.
    """
    found = [] if isinstance(source, DeliverySource) else licences_beside_an_index(files)
    if not found:
        return []
    licence, index = (readable_path(each.path) for each in found[0])
    words = _(
        "This looks like a photographer's delivery: %(licence)s lies beside %(index)s. Its licence is asked for, and "
        "its index read, only where files are matched by a photographer's delivery (match=photographer). Choose that "
        "if it is one."
    )
    return [words % {"licence": licence, "index": index}]


def read_licences(profile: SyncProfile, now: datetime, *, in_time: bool = True) -> list[DeliveryLicence]:
    """Read the licences in the profile's data source and remember them. Raises SourceUnavailable, Refused.

    Whoever waits at a page reads `in_time`: raises OutOfTime after WITHIN_S.
    """
    if not is_delivery(profile.options):
        raise Refused(
            f"The sync profile {quoted(profile.name)} does not read a photographer's delivery, so there is no "
            "licence. Nothing was done. Set match=photographer if it does.",
            command_line=f"photosync profile set {quoted(profile.name)} --option match=photographer",
        )
    with (
        told_out_of_time(_too_slow),
        open_profile_source(profile) as source,
        listed_within(source, WITHIN_S if in_time else None),
    ):
        found = licences_in(source)
    note_licences(profile, found, now, transaction.atomic)
    return licences_of(profile)


def _too_slow(_count: int) -> str:
    return _(
        "Listing the delivery and reading its licences took longer than %(seconds)d seconds and was broken off. "
        "Nothing was changed. Preview the sync: it has no such limit, reads them too, and they can be accepted then."
    ) % {"seconds": int(WITHIN_S)}


def note_licences(profile: SyncProfile, found: Sequence[Licence], now: datetime, writing: Writing) -> None:
    """Remember what licences the data source holds now. `writing` opens a transaction."""
    known = {row.sha256: row for row in DeliveryLicence.objects.filter(profile=profile)}
    here = {each.sha256 for each in found}
    is_news = any(
        each.sha256 not in known
        or not known[each.sha256].in_source
        or known[each.sha256].path != readable_path(each.path)
        for each in found
    )
    if not is_news and not any(row.in_source and row.sha256 not in here for row in known.values()):
        return
    with writing():
        DeliveryLicence.objects.filter(profile=profile).exclude(sha256__in=here).update(in_source=False)
        for each in found:
            DeliveryLicence.objects.update_or_create(
                profile=profile,
                sha256=each.sha256,
                defaults={"path": readable_path(each.path), "text": each.text, "in_source": True, "seen_at": now},
            )


def licences_of(profile: SyncProfile) -> list[DeliveryLicence]:
    """Return the licences that the data source held when it was last read."""
    return list(DeliveryLicence.objects.filter(profile=profile, in_source=True))


def refuse_unless_accepted(profile: SyncProfile, found: Sequence[Licence]) -> None:
    """Raise Refused where one of the licences that were found is not accepted for this profile."""
    rows = DeliveryLicence.objects.filter(profile=profile, accepted_at__isnull=False)
    accepted = set(rows.values_list("sha256", flat=True))
    missing = [each for each in found if each.sha256 not in accepted]
    if not missing:
        return
    which = " and ".join(f"{readable_path(each.path)} ({each.sha256[:SHOWN_OF_HASH]})" for each in missing[:3])
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    licences, them = ("a licence", "it") if len(missing) == 1 else ("licences", "them")
    raise Refused(
        f"The photographer's delivery comes with {licences} that nobody has accepted yet: {which}{more}. No photo "
        f"was read and nothing was changed. Read {them} on Manage Sync, accept {them} there, then run again.",
        command_line=f"photosync profile licence {quoted(profile.name)}",
    )


def licences_called(profile: SyncProfile, given: Sequence[str]) -> list[str]:
    """Return the hashes of licences in the data source that are given whole, or by their first SHOWN_OF_HASH letters.

    Raises WrongUse for what is no such hash, NotFound where the data source did not hold it when it was last read.
    """
    known = [row.sha256 for row in licences_of(profile)]
    return [_licence_called(profile, known, each.strip().lower()) for each in given]


def _licence_called(profile: SyncProfile, known: Sequence[str], given: str) -> str:
    if not _HASH.fullmatch(given):
        raise WrongUse(
            f"{quoted(given)} is not the hash of a licence. Nothing was accepted. Read the licence, and give the "
            f"hash that is shown with it, or its first {SHOWN_OF_HASH} characters.",
            command_line=f"photosync profile licence {quoted(profile.name)}",
        )
    found = [each for each in known if each.startswith(given)]
    if len(found) != 1:
        raise _no_licence(profile, given)
    return found[0]


def _no_licence(profile: SyncProfile, sha256: str) -> NotFound:
    return NotFound(
        f"The data source of {quoted(profile.name)} holds no licence {quoted(sha256[:SHOWN_OF_HASH])}. "
        "Nothing was accepted. Read the licence again: it may have changed."
    )


def accept_licence(profile: SyncProfile, sha256: str, *, by: str, now: datetime) -> DeliveryLicence:
    """Record that `by` accepts the licence with this hash for `profile`; one that is accepted stays as it is.

    Raises NotFound where the data source did not hold it when it was last read.
    """
    with transaction.atomic():
        rows = DeliveryLicence.objects.select_for_update(of=("self",)).filter(profile=profile, in_source=True)
        row = rows.filter(sha256=sha256).first()
        if row is None:
            raise _no_licence(profile, sha256)
        if row.accepted_at is None:
            row.accepted_at, row.accepted_by = now, by[:LONGEST_NAME]
            row.save(update_fields=("accepted_at", "accepted_by"))
            changes = [("licence", None, row.path), ("sha256", None, row.sha256)]
            record(Act.PROFILE_LICENCE_ACCEPTED, profile, school=profile.school, changes=changes)
    return row


def licence_document(row: DeliveryLicence, profile: SyncProfile) -> dict[str, Any]:
    """Return the licence as the command line and the API show it; times at the school's offset."""
    accepted = row.accepted_at
    return {
        "path": row.path,
        "sha256": row.sha256,
        "text": row.text,
        "accepted_at": None if accepted is None else accepted.astimezone(profile.school.zone).isoformat(),
        "accepted_by": row.accepted_by,
    }
