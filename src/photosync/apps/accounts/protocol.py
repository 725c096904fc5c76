"""OpenID Connect, stricter than allauth's own: the ID token's signature is always verified."""

from __future__ import annotations

from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

SIGNED_WITH = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})

LONGEST_SUBJECT = 191


class CheckedProtocol(OpenIDConnectOAuth2Adapter):
    """Raises OAuth2Error for every answer that is not what it should be."""

    @property
    def openid_config(self) -> dict[str, Any]:
        try:
            return super().openid_config
        except (requests.RequestException, ValueError) as exc:
            raise OAuth2Error(f"the provider cannot be asked for its settings: {exc}") from exc

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        claims = self._claims(app, kwargs["response"].get("id_token"))
        wanted = app.settings.get("username_claim") or "email"
        if wanted not in claims and "userinfo_endpoint" in self.openid_config:
            told = self._told_of(token.token)
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("the user's data are about someone else than the ID token")
            claims = told | claims
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.claims = claims
        # What the provider knows of the person is asked for each time, and not kept.
        login.account.extra_data = {}
        login.email_addresses = []
        return login

    def _claims(self, app: Any, encoded: object) -> dict[str, Any]:
        if not isinstance(encoded, str):
            raise OAuth2Error("there is no ID token in the answer")
        try:
            if jwt.get_unverified_header(encoded).get("alg") not in SIGNED_WITH:
                raise OAuth2Error("the ID token is not signed as it should be")
            claims = jwtkit.verify_and_decode(
                credential=encoded,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, requests.RequestException) as exc:
            raise OAuth2Error(f"the ID token cannot be verified: {exc!r}") from exc
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or "exp" not in claims:
            raise OAuth2Error("the ID token does not say about whom it is, or until when it holds")
        return claims

    def _told_of(self, access_token: str) -> dict[str, Any]:
        try:
            with get_adapter().get_requests_session() as session:
                answer = session.get(self.profile_url, headers={"Authorization": f"Bearer {access_token}"})
                answer.raise_for_status()
                told = answer.json()
        except (requests.RequestException, ValueError) as exc:
            raise OAuth2Error(f"the provider cannot be asked for the user's data: {exc}") from exc
        if not isinstance(told, dict):
            raise OAuth2Error("the user's data are not what they should be")
        return told
