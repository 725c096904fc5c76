"""What comes of it when a school begins, or ends, to keep original files."""

from __future__ import annotations

from photosync.apps.library.originals import originals_of
from photosync.apps.schools.models import School


def originals_sentence(former: School, later: School) -> str:
    """Return it as sentences; "" where nothing about it changes."""
    if former.keeps_originals == later.keeps_originals:
        return ""
    if later.keeps_originals:
        return (
            "Original files are kept from now on, of pictures that come new or change. Of photos that are in the "
            "library already none is added: the sync does not fetch their files again for it."
        )
    count = originals_of(former)["count"]
    if count == 0:
        return "No original file is kept from now on. There is none that was kept before."
    kept = "The 1 that is kept stays" if count == 1 else f"The {count:,} that are kept stay"
    return f"No original file is kept from now on. {kept} until the photo is erased, or all original files are."
