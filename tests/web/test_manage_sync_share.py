"""Manage Sync with a Windows share: chosen, tried with a wrong and the right password, saved, the password kept."""

import pytest
from pytest_django import Settings

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.outgoing import AllowedRanges
from tests.services import samba as servers
from tests.web.conftest import Scene
from tests.web.pages import Markup, around_today, make_profile

MANAGE = "/administration/timetable-management/manage-sync/"


@pytest.mark.usefixtures("smbd")
def test_share_is_chosen_tried_and_saved(scene: Scene, settings: Settings) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1/32", setting="allowed")
    profile = make_profile(scene.school, "Photo Sync", around_today(scene.school, from_days=-3, to_days=90))
    address = f"{MANAGE}{profile.pk}/"
    with servers.running() as samba:
        (samba.files / "2026").mkdir()
        (samba.files / "2026/nobody.jpg").write_bytes(b"x")
        fields = {
            "name": profile.name,
            "source_kind": "smb",
            "students": "on",
            "staff": "on",
            "when_missing": "keep",
            "replace_share_percent": 30,
            "replace_number": 20,
            "withdraw_share_percent": 5,
            "withdraw_number": 5,
            "option-host": "127.0.0.1",
            "option-port": str(samba.port),
            "option-share": servers.SHARE,
            "option-folder": "2026",
            "option-username": servers.USER,
            "option-encryption": "required",
            "option-match": "stem",
        }

        redrawn = Markup.of(scene.client.post(address, {"source_kind": "smb"}))
        assert r"Share The name of the share alone: of \\files\photos it is photos." in redrawn.text
        assert "Password It is stored encrypted and never shown again." in redrawn.text
        options = [each["value"] for each in redrawn.all("option")]
        assert options[options.index("auto") :][:2] == ["auto", "required"]

        wrong = Markup.of(scene.client.post(address, {**fields, "option-password": "wrong", "test": "1"}))
        assert f"Signing in as {servers.USER} failed on the SMB server 127.0.0.1" in wrong.text
        right = Markup.of(scene.client.post(address, {**fields, "option-password": samba.password, "test": "1"}))
        assert "1 photo, 0 match a person." in right.text

        scene.client.post(address, {**fields, "option-password": samba.password, "save": "1"})
        saved = SyncProfile.objects.get(pk=profile.pk)
        assert (saved.source_kind, saved.options["share"], secrets_of(saved)) == (
            "smb",
            servers.SHARE,
            {"password": samba.password},
        )
        assert "password" not in saved.options
        kept = scene.client.post(address, {**fields, "option-password": "", "test": "1"})
        assert "1 photo, 0 match a person." in Markup.of(kept).text
        assert samba.password not in kept.content.decode()
