"""Whether a delivery can be finished: what it was to hold is there, and it is not nothing."""

from __future__ import annotations

from django.utils.translation import gettext as _

from photosync.apps.inputs.models import DeliveredFile, Delivery
from photosync.core.errors import Refused
from photosync.core.wording import list_words

REASONS_SHOWN = 3


def refuse_incomplete(stored: Delivery) -> None:
    """Raise Refused where a ZIP of the delivery has not arrived as a whole."""
    for each in stored.archives.all():
        if not each.is_whole:
            words = _(
                "%(name)s has not arrived yet: %(here)d of %(size)d bytes are here. Nothing was changed. Send the "
                "rest, or take it out."
            )
            raise Refused(words % {"name": each.name, "here": each.received_bytes, "size": each.size_bytes})


def refuse_nothing(stored: Delivery) -> None:
    """Raise Refused where the delivery, with its ZIPs unpacked, holds no file."""
    if DeliveredFile.objects.filter(delivery=stored).exists():
        return
    zips = list(stored.archives.values_list("name", flat=True))
    if zips and stored.refused:
        # What was refused in a ZIP is not kept while the delivery is open: it may be taken out.
        reasons = [f"{path}: {why}" for path, why, _key in stored.refused[-REASONS_SHOWN:]]
        words = _(
            "None of the files could be taken, so nothing was changed. Take out %(names)s, then send others. "
            "Not taken: %(reasons)s"
        )
        raise Refused(words % {"names": list_words(zips[:REASONS_SHOWN]), "reasons": " ".join(reasons)})
    if zips:
        words = _(
            "There is no photo or other file in %(names)s, so nothing was changed. Take out what is there, then "
            "send others."
        )
        raise Refused(words % {"names": list_words(zips[:REASONS_SHOWN])})
    if stored.refused:
        raise Refused(_("None of the files could be taken, so nothing was changed. See why, then send others."))
    raise Refused(_("Nothing was delivered yet, so there is nothing to finish. Send files first."))
