"""The addresses at the door: signing in and out. What allauth has beyond these is not reachable."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import reauthentication, sign_in, your_second_factor

urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-in/", sign_in.SignIn.as_view(), name="account_login"),
    path("sign-in/second-step/", sign_in.SecondFactor.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", sign_in.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("sign-in/refused/", sign_in.not_signed_in, name="sign-in-refused"),
    path("sign-in/switched-off/", sign_in.inactive, name="account_inactive"),
    path("sign-in/with/<slug:provider_id>/", sign_in.sign_in_elsewhere, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", sign_in.back_from_elsewhere, name="openid_connect_callback"),
    path("second-factor-needed/", your_second_factor.second_factor_needed, name="second-factor-needed"),
    path("confirm/", reauthentication.ByPassword.as_view(), name="account_reauthenticate"),
    path("confirm/code/", reauthentication.ByCode.as_view(), name="mfa_reauthenticate"),
    path("confirm/passkey/", reauthentication.ByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
    path("set-password/<uidb64>/<token>/", sign_in.SetPassword.as_view(), name="set-password"),
]
