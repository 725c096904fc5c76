"""Files that wait in the data folder between their upload and the last step, known to the session that sent them.

The token of a file is in the addresses of its steps, and counts only where the session holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from photosync.apps.people.roster.uploads import forget_upload

MOST_WAITING = 5


@dataclass(frozen=True, slots=True)
class WaitingUploads:
    """Those of one purpose; `session_key` is where a session keeps what it knows of them."""

    session_key: str

    def remember(self, request: HttpRequest, token: str, known: Mapping[str, Any]) -> None:
        """Keep what is known of a file; the oldest of too many are forgotten."""
        kept = self._kept(request) | {token: dict(known)}
        for oldest in list(kept)[:-MOST_WAITING]:
            del kept[oldest]
            forget_upload(oldest)
        request.session[self.session_key] = kept

    def forget(self, request: HttpRequest, token: str) -> None:
        forget_upload(token)
        kept = self._kept(request)
        kept.pop(token, None)
        request.session[self.session_key] = kept

    def known(self, request: HttpRequest, token: str) -> dict[str, Any] | None:
        """Return what was kept, or None where this session has not sent such a file."""
        known: dict[str, Any] | None = self._kept(request).get(token)
        return known

    def _kept(self, request: HttpRequest) -> dict[str, Any]:
        return dict(request.session.get(self.session_key, {}))
