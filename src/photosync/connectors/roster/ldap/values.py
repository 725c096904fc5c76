"""Values of attributes as text. What a directory sends are bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

_GUIDS = frozenset({"objectguid", "ms-ds-consistencyguid", "msexchmailboxguid"})
_SIDS = frozenset({"objectsid", "sidhistory"})
DISABLED_BIT = 0x2


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. Attributes are named in small letters."""

    name: str
    """Its DN."""
    values: Mapping[str, Sequence[bytes]]


def text_of(attribute: str, value: bytes) -> str | None:
    """Return the value as text, as administrators know it; None for one that is none."""
    plain = attribute.casefold()
    if plain in _GUIDS and len(value) == 16:
        return str(UUID(bytes_le=value))
    if plain in _SIDS and len(value) >= 8 and len(value) == 8 + 4 * value[1]:
        parts = [int.from_bytes(value[at : at + 4], "little") for at in range(8, len(value), 4)]
        return "-".join(str(part) for part in ("S", value[0], int.from_bytes(value[2:8], "big"), *parts))
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def is_disabled(account_control: str) -> bool:
    """Whether Active Directory's userAccountControl says that the account is disabled. Raises ValueError."""
    return bool(int(account_control) & DISABLED_BIT)
