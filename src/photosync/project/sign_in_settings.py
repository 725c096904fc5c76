"""What the operator sets about signing in: second factor, lock-out, proxies, and other places to sign in with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from photosync.core.errors import WrongUse

SECOND_FACTOR_FOR = ("no", "administrators", "managers", "everyone")
MULTI_TENANT = frozenset({"common", "organizations", "consumers"})
LONGEST_LOCK_OUT_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Provider:
    """A place to sign in with (OpenID Connect). `username_claim` is empty where the verified e-mail decides."""

    client_id: str
    secret: str
    key: str
    name: str
    issuer: str
    username_claim: str = ""
    domains: tuple[str, ...] = ()

    @property
    def as_allauth_app(self) -> dict[str, Any]:
        """Return the entry of allauth's SOCIALACCOUNT_PROVIDERS."""
        return {
            "provider_id": self.key,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {
                "server_url": self.issuer,
                "oauth_pkce_enabled": True,
                "username_claim": self.username_claim,
                "domains": list(self.domains),
                "auth_params": {"hd": self.domains[0]} if len(self.domains) == 1 else {},
            },
        }


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """`creates` is the role of accounts made at their first sign-in, and the code of their school; None: none is."""

    require_second_factor: str
    lock_out_after: int
    lock_out_minutes: int
    proxies: int
    providers: tuple[Provider, ...]
    creates: tuple[str, str] | None

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> SignInSettings:
        """Return the settings in `variables`. Raises WrongUse naming the variable that is not well formed."""
        required = variables.get("PHOTOSYNC_REQUIRE_SECOND_FACTOR", "").strip().lower() or "no"
        if required not in SECOND_FACTOR_FOR:
            raise WrongUse(
                f"PHOTOSYNC_REQUIRE_SECOND_FACTOR must be one of: {', '.join(SECOND_FACTOR_FOR)}. "
                "Nothing was started."
            )
        return cls(
            require_second_factor=required,
            lock_out_after=_number(variables, "PHOTOSYNC_LOCK_OUT_AFTER", 10, 3, 100),
            lock_out_minutes=_number(variables, "PHOTOSYNC_LOCK_OUT_MINUTES", 15, 1, LONGEST_LOCK_OUT_MINUTES),
            proxies=_number(variables, "PHOTOSYNC_PROXIES", 0, 0, 10),
            providers=tuple(
                each for each in (_microsoft(variables), _google(variables), _generic(variables)) if each is not None
            ),
            creates=_creates(variables),
        )


def _microsoft(variables: Mapping[str, str]) -> Provider | None:
    tenant = variables.get("PHOTOSYNC_MICROSOFT_TENANT", "").strip()
    if not tenant:
        _refuse_without(variables, "PHOTOSYNC_MICROSOFT_CLIENT_ID", "PHOTOSYNC_MICROSOFT_TENANT")
        return None
    if tenant.lower() in MULTI_TENANT or not tenant.replace("-", "").replace(".", "").isalnum():
        raise WrongUse(
            "PHOTOSYNC_MICROSOFT_TENANT must be the id or the domain of your own tenant. With "
            "common, organizations or consumers, anyone with a Microsoft account could sign in. Nothing was started."
        )
    return Provider(
        *_client(variables, "PHOTOSYNC_MICROSOFT"),
        key="microsoft",
        name="Microsoft",
        issuer=f"https://login.microsoftonline.com/{tenant}/v2.0",
        username_claim=variables.get("PHOTOSYNC_MICROSOFT_USERNAME_CLAIM", "").strip(),
    )


def _google(variables: Mapping[str, str]) -> Provider | None:
    if not variables.get("PHOTOSYNC_GOOGLE_CLIENT_ID", "").strip():
        return None
    domains = tuple(
        each.strip().lower() for each in variables.get("PHOTOSYNC_GOOGLE_DOMAINS", "").split(",") if each.strip()
    )
    if not domains:
        raise WrongUse(
            "PHOTOSYNC_GOOGLE_CLIENT_ID is set without PHOTOSYNC_GOOGLE_DOMAINS: anyone with a Google account could "
            "try to sign in. Nothing was started. Set the domains of your school, such as school.example."
        )
    return Provider(
        *_client(variables, "PHOTOSYNC_GOOGLE"),
        key="google",
        name="Google",
        issuer="https://accounts.google.com",
        domains=domains,
    )


def _generic(variables: Mapping[str, str]) -> Provider | None:
    issuer = variables.get("PHOTOSYNC_OIDC_ISSUER", "").strip().rstrip("/")
    if not issuer:
        _refuse_without(variables, "PHOTOSYNC_OIDC_CLIENT_ID", "PHOTOSYNC_OIDC_ISSUER")
        return None
    parts = urlsplit(issuer)
    is_here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.netloc or (parts.scheme != "https" and not is_here):
        raise WrongUse("PHOTOSYNC_OIDC_ISSUER must be an address with https://. Nothing was started.")
    return Provider(
        *_client(variables, "PHOTOSYNC_OIDC"),
        key="oidc",
        name=variables.get("PHOTOSYNC_OIDC_NAME", "").strip() or parts.netloc,
        issuer=issuer,
        username_claim=variables.get("PHOTOSYNC_OIDC_USERNAME_CLAIM", "").strip(),
    )


def _refuse_without(variables: Mapping[str, str], given: str, missing: str) -> None:
    if variables.get(given, "").strip():
        raise WrongUse(f"{given} is set without {missing}. Nothing was started. Set both, or neither.")


def _client(variables: Mapping[str, str], prefix: str) -> tuple[str, str]:
    client_id = variables.get(f"{prefix}_CLIENT_ID", "").strip()
    secret = secret_from(variables, f"{prefix}_CLIENT_SECRET")
    if not client_id or not secret:
        raise WrongUse(
            f"{prefix}_CLIENT_ID and {prefix}_CLIENT_SECRET (or {prefix}_CLIENT_SECRET_FILE) must both be set. "
            "Nothing was started."
        )
    return client_id, secret


def secret_from(variables: Mapping[str, str], name: str) -> str:
    """Return the secret that the variable holds, or the file that NAME_FILE names; empty without either."""
    path = variables.get(f"{name}_FILE", "").strip()
    if not path:
        return variables.get(name, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise WrongUse(f"{name}_FILE names a file that cannot be read: {path}. Nothing was started.") from exc


def _creates(variables: Mapping[str, str]) -> tuple[str, str] | None:
    text = variables.get("PHOTOSYNC_SIGN_IN_CREATES", "").strip()
    if not text or text.lower() == "no":
        return None
    role, _, school = text.partition("@")
    if role not in ("staff", "archivist", "sync-manager"):
        raise WrongUse(
            "PHOTOSYNC_SIGN_IN_CREATES must be no, or one of the roles staff, archivist and sync-manager, with "
            "@ and the code of a school where there are several: staff@PHS. Nothing was started."
        )
    return role, school.strip().upper()


def _number(variables: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = variables.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        raise WrongUse(
            f"{name} must be a whole number from {least} to {most}, such as {default}. Nothing was started."
        )
    return int(text)
