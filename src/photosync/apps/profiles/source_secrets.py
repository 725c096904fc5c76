"""The secret options of a data source, such as a password: stored encrypted, used to open it, never shown again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.sealing import SealBroken, fingerprint, seal, unseal

PURPOSE = "source secrets"
MARK_LENGTH = 8
CANNOT_BE_READ = "cannot be read any more; enter it again"


def secrets_of(profile: SyncProfile) -> dict[str, str]:
    """Return the secret options by their names. Raises SealBroken where the installation's key is another by now."""
    if not profile.sealed_secrets:
        return {}
    found: dict[str, str] = json.loads(unseal(profile.sealed_secrets, PURPOSE))
    return found


def set_secrets(profile: SyncProfile, secrets: Mapping[str, str]) -> None:
    """Let `secrets` be all that the profile has. The caller saves."""
    kept = {name: value for name, value in secrets.items() if value}
    profile.sealed_secrets = seal(json.dumps(kept, sort_keys=True), PURPOSE) if kept else ""


def kept_secrets(profile: SyncProfile) -> dict[str, str]:
    """Return the secret options; none where they cannot be read any more, so that they can be entered again."""
    try:
        return secrets_of(profile)
    except SealBroken:
        return {}


def secret_names(profile: SyncProfile) -> list[str]:
    """Return which secrets are set, for people to see."""
    return sorted(kept_secrets(profile))


def source_options(profile: SyncProfile) -> dict[str, str]:
    """Return all that opens the data source of `profile`. Raises SealBroken."""
    return {**profile.options, **secrets_of(profile)}


def secrets_told(profile: SyncProfile) -> dict[str, str]:
    """Return what is recorded of them: that there is one, with a mark that differs where the secret does."""
    return {
        f"option {name}": f"a secret ({fingerprint(value, PURPOSE)[:MARK_LENGTH]})"
        for name, value in sorted(kept_secrets(profile).items())
    }
