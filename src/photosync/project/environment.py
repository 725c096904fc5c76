"""The operator's settings, read from environment variables. Nothing here is for a school's users."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from photosync.core.errors import WrongUse
from photosync.core.photos import PhotoLimits, RenditionSizes
from photosync.project.outgoing_settings import OutgoingSettings
from photosync.project.sign_in_settings import SignInSettings, secret_from

SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Environment:
    """Every operator setting, with its default applied."""

    data_folder: Path
    database_url: str
    source_roots: tuple[Path, ...]
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    secure_cookies: bool
    log_level: str
    log_format: str
    metrics_token: str
    photo_limits: PhotoLimits
    rendition_sizes: RenditionSizes
    largest_report_megabytes: int
    kept_free_megabytes: int
    sign_in: SignInSettings
    outgoing: OutgoingSettings

    @classmethod
    def read(cls, variables: Mapping[str, str] = os.environ) -> Environment:
        """Return the settings in `variables`. Raises WrongUse naming the variable that is not well formed."""
        data_folder = Path(variables.get("PHOTOSYNC_DATA", "photosync-data")).absolute()
        database_url = variables.get("PHOTOSYNC_DATABASE_URL", "")
        if variables.get("PHOTOSYNC_STORE_URL"):
            raise WrongUse(
                "PHOTOSYNC_STORE_URL is set, but this version keeps photos in the data folder only. "
                "Nothing was started. Unset PHOTOSYNC_STORE_URL."
            )
        return cls(
            data_folder=data_folder,
            database_url=database_url,
            source_roots=tuple(Path(p) for p in variables.get("PHOTOSYNC_SOURCE_ROOTS", "").split(os.pathsep) if p),
            allowed_hosts=_listed(variables.get("PHOTOSYNC_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")),
            trusted_origins=_listed(variables.get("PHOTOSYNC_TRUSTED_ORIGINS", "")),
            secure_cookies=variables.get("PHOTOSYNC_SECURE_COOKIES", "no").lower() in ("1", "yes", "true", "on"),
            log_level=variables.get("PHOTOSYNC_LOG_LEVEL", "WARNING").upper(),
            log_format=variables.get("PHOTOSYNC_LOG_FORMAT", "").strip().lower(),
            metrics_token=_metrics_token(variables),
            photo_limits=_limits(variables),
            rendition_sizes=_sizes(variables),
            largest_report_megabytes=_report_megabytes(variables),
            kept_free_megabytes=_number(variables, "PHOTOSYNC_KEEP_FREE_MEGABYTES", 2_000),
            sign_in=SignInSettings.read(variables),
            outgoing=OutgoingSettings.read(variables),
        )

    def secret_key(self) -> str:
        """Return the installation's secret key; before `photosync init` made it, one for this process only."""
        path = self.data_folder / "secret.key"
        try:
            return path.read_text(encoding="ascii").strip()
        except OSError:
            return secrets.token_urlsafe(50)

    def databases(self) -> dict[str, dict[str, Any]]:
        """Return Django's DATABASES."""
        if not self.database_url:
            return {"default": _sqlite(self.data_folder / "photosync.sqlite3")}
        return {"default": _postgresql(self.database_url)}

    def runs_database_url(self) -> str:
        """Return the address of the database in which the progress of runs is kept (DBOS)."""
        if not self.database_url:
            return f"sqlite:///{self.data_folder / 'runs.sqlite3'}"
        return self.database_url.replace("postgres://", "postgresql://", 1)


def _metrics_token(variables: Mapping[str, str]) -> str:
    token = secret_from(variables, "PHOTOSYNC_METRICS_TOKEN")
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token):
        raise WrongUse(
            f"PHOTOSYNC_METRICS_TOKEN must have at least {SHORTEST_TOKEN} characters, without spaces. "
            "Nothing was started. Make one with: openssl rand -hex 32"
        )
    return token


def _limits(variables: Mapping[str, str]) -> PhotoLimits:
    return PhotoLimits(
        max_megapixels=_number(variables, "PHOTOSYNC_MAX_MEGAPIXELS", 40),
        max_megabytes=_number(variables, "PHOTOSYNC_MAX_MEGABYTES", 30),
        min_short_edge_px=_number(variables, "PHOTOSYNC_MIN_SHORT_EDGE_PX", 120),
    )


def _report_megabytes(variables: Mapping[str, str]) -> int:
    number = _number(variables, "PHOTOSYNC_MAX_REPORT_MEGABYTES", 30)
    if not 1 <= number <= 500:
        raise WrongUse("PHOTOSYNC_MAX_REPORT_MEGABYTES must be 1 to 500. Nothing was started.")
    return number


def _sizes(variables: Mapping[str, str]) -> RenditionSizes:
    return RenditionSizes(
        full_px=_number(variables, "PHOTOSYNC_FULL_PX", 960),
        card_px=_number(variables, "PHOTOSYNC_CARD_PX", 480),
        thumb_px=_number(variables, "PHOTOSYNC_THUMB_PX", 160),
        jpeg_quality=_number(variables, "PHOTOSYNC_JPEG_QUALITY", 85),
    )


def _number(variables: Mapping[str, str], name: str, default: int) -> int:
    text = variables.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise WrongUse(f"{name} must be a whole number, such as {default}. Nothing was started.")
    return int(text)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # Opening one costs more than most pages' queries.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # Writers queue instead of failing when two begin at once; readers never wait (WAL).
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA cache_size=-16000; PRAGMA mmap_size=0; PRAGMA temp_store=FILE"
            ),
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise WrongUse(
            "PHOTOSYNC_DATABASE_URL must look like postgresql://user:password@host:5432/name. Nothing was started."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
