"""The secret options of a data source or a roster: stored encrypted, used to open it, never shown again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from photosync.apps.sealing import SealBroken, fingerprint, seal, unseal

PURPOSE = "source secrets"
MARK_LENGTH = 8
CANNOT_BE_READ = "cannot be read any more; enter it again"


class HoldsOptions(Protocol):
    """What has options, and secret ones beside them: a sync profile or a saved roster."""

    options: Any
    sealed_secrets: str


def secrets_of(holder: HoldsOptions) -> dict[str, str]:
    """Return the secret options by their names. Raises SealBroken where the installation's key is another by now."""
    if not holder.sealed_secrets:
        return {}
    found: dict[str, str] = json.loads(unseal(holder.sealed_secrets, PURPOSE))
    return found


def set_secrets(holder: HoldsOptions, secrets: Mapping[str, str]) -> None:
    """Let `secrets` be all that the holder has. The caller saves."""
    kept = {name: value for name, value in secrets.items() if value}
    holder.sealed_secrets = seal(json.dumps(kept, sort_keys=True), PURPOSE) if kept else ""


def kept_secrets(holder: HoldsOptions) -> dict[str, str]:
    """Return the secret options; none where they cannot be read any more, so that they can be entered again."""
    try:
        return secrets_of(holder)
    except SealBroken:
        return {}


def secret_names(holder: HoldsOptions) -> list[str]:
    """Return which secrets are set, for people to see."""
    return sorted(kept_secrets(holder))


def source_options(holder: HoldsOptions) -> dict[str, str]:
    """Return all that opens it. Raises SealBroken."""
    return {**holder.options, **secrets_of(holder)}


def secrets_told(holder: HoldsOptions) -> dict[str, str]:
    """Return what is recorded of them: that there is one, with a mark that differs where the secret does."""
    return {
        f"option {name}": f"a secret ({fingerprint(value, PURPOSE)[:MARK_LENGTH]})"
        for name, value in sorted(kept_secrets(holder).items())
    }
