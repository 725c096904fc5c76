"""What someone looked at before changing it, so that a change by someone else in between is noticed."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from photosync.core.errors import ChangedMeanwhile

CHANGED_MEANWHILE = (
    "{name} was changed by someone else, or in another window, after this page was opened. Nothing was saved. "
    "What was typed is still here: compare it with what is saved now, then press Save again to replace that."
)


def seen_state(document: Mapping[str, Any]) -> str:
    """Return a short text that is the same for the same document (of what JSON can hold), and for no other."""
    return sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()[:32]


def check_seen(name: str, document: Mapping[str, Any], seen: str) -> None:
    """Raise ChangedMeanwhile where `document` is not what was seen. Who has seen nothing is not asked.

    To be asked inside the transaction that changes it, after the lock.
    """
    if seen and seen != seen_state(document):
        raise ChangedMeanwhile(CHANGED_MEANWHILE.format(name=name))
