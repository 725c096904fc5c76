"""Which picture an address shows, and who may see it."""

from datetime import UTC, datetime

from django.contrib.sessions.models import Session

from photosync.apps.accounts.models import Membership, Role
from photosync.apps.library.models import PhotoVersion, Withdrawal, YearPhoto
from photosync.core.photos import Rendition
from photosync.web.photo_address import PhotoAddress, ShownPhoto
from photosync.web.photo_rights import session_viewer, shown_photo, shown_photos
from tests.web.conftest import Scene
from tests.web.pages import give_photo, make_picture, make_user, signed_in

NOW = datetime.now(UTC)


def thumb(person_id: int, which: str = "now") -> PhotoAddress:
    return PhotoAddress(person_id, which, Rendition.THUMB)


def of(version: PhotoVersion) -> ShownPhoto:
    return ShownPhoto(version.person.school_id, version.academic_year, version.picture.thumb_sha256)


def current(scene: Scene, person_id: int, year: int) -> PhotoVersion:
    return YearPhoto.objects.get(person_id=person_id, academic_year=year).version


def test_now_is_this_years_photo(scene: Scene) -> None:
    assert shown_photo(thumb(scene.ada.pk), NOW) == of(current(scene, scene.ada.pk, scene.year))


def test_year_without_a_photo_shows_the_latest_earlier_one(scene: Scene) -> None:
    expected = of(current(scene, scene.ben.pk, scene.year - 1))

    assert shown_photo(thumb(scene.ben.pk), NOW) == expected
    assert shown_photo(thumb(scene.ben.pk, str(scene.year)), NOW) == expected


def test_year_before_the_first_photo_shows_none(scene: Scene) -> None:
    assert shown_photo(thumb(scene.ada.pk, str(scene.year - 2)), NOW) is None


def test_next_years_photo_is_not_shown_now(scene: Scene) -> None:
    coming = give_photo(scene.ada, scene.year + 1, make_picture((20, 20, 90)))

    assert shown_photo(thumb(scene.ada.pk), NOW) == of(current(scene, scene.ada.pk, scene.year))
    assert shown_photo(thumb(scene.ada.pk, str(scene.year + 1)), NOW) == of(coming)


def test_current_year_is_that_of_the_schools_zone(scene: Scene) -> None:
    before_midnight_in_sydney = datetime(scene.year, 12, 31, 12, 59, tzinfo=UTC)
    after_midnight_in_sydney = datetime(scene.year, 12, 31, 13, 1, tzinfo=UTC)
    coming = give_photo(scene.ada, scene.year + 1, make_picture((20, 20, 90)))

    assert shown_photo(thumb(scene.ada.pk), before_midnight_in_sydney) == of(current(scene, scene.ada.pk, scene.year))
    assert shown_photo(thumb(scene.ada.pk), after_midnight_in_sydney) == of(coming)


def test_version_is_shown_under_its_person_only(scene: Scene) -> None:
    version = current(scene, scene.ada.pk, scene.year - 1)

    assert shown_photo(thumb(scene.ada.pk, f"v{version.pk}"), NOW) == of(version)
    assert shown_photo(thumb(scene.ben.pk, f"v{version.pk}"), NOW) is None


def test_protected_person_shows_nothing(scene: Scene) -> None:
    version = current(scene, scene.ada.pk, scene.year)
    scene.ada.protected = True
    scene.ada.save()

    assert shown_photo(thumb(scene.ada.pk), NOW) is None
    assert shown_photo(thumb(scene.ada.pk, f"v{version.pk}"), NOW) is None


def test_withdrawn_photo_is_not_shown_under_any_address(scene: Scene) -> None:
    version = current(scene, scene.ada.pk, scene.year)
    Withdrawal.objects.create(person=scene.ada, reason="Consent was withdrawn.", created_at=NOW)

    assert shown_photo(thumb(scene.ada.pk), NOW) is None
    assert shown_photo(thumb(scene.ada.pk, str(scene.year)), NOW) is None
    assert shown_photo(thumb(scene.ada.pk, f"v{version.pk}"), NOW) is None


def test_many_are_answered_like_each_by_itself(scene: Scene) -> None:
    version = current(scene, scene.ada.pk, scene.year - 1)
    addresses = [
        thumb(scene.ada.pk),
        thumb(scene.ada.pk, f"v{version.pk}"),
        PhotoAddress(scene.ben.pk, "now", Rendition.FULL),
        thumb(scene.cy.pk),
        thumb(10**17),
        thumb(scene.ada.pk, f"v{10**17}"),
    ]

    assert shown_photos(addresses, NOW) == {address: shown_photo(address, NOW) for address in addresses}


def may_see(session_key: str, school_id: int) -> bool:
    return session_viewer(session_key, school_id) != 0


def session_of(scene: Scene, role: Role | None) -> str:
    user = make_user(f"user-{role}", role, scene.school)
    return signed_in(user).session.session_key or ""


def test_every_role_may_see_photos_of_its_own_school_only(scene: Scene) -> None:
    sessions = {role: session_of(scene, role) for role in Role}

    assert {role: may_see(key, scene.school.pk) for role, key in sessions.items()} == dict.fromkeys(Role, True)
    assert {role: may_see(key, scene.other_school.pk) for role, key in sessions.items()} == dict.fromkeys(Role, False)


def test_role_in_every_school_sees_photos_of_each(scene: Scene) -> None:
    user = make_user("head-office", Role.ADMINISTRATOR, None)
    key = signed_in(user).session.session_key or ""

    assert (may_see(key, scene.school.pk), may_see(key, scene.other_school.pk)) == (True, True)


def test_viewer_is_the_account_that_is_signed_in(scene: Scene) -> None:
    key = signed_in(scene.teacher).session.session_key or ""

    assert session_viewer(key, scene.school.pk) == scene.teacher.pk
    assert session_viewer(key, scene.other_school.pk) == 0


def test_removed_role_ends_the_right(scene: Scene) -> None:
    key = session_of(scene, Role.STAFF)
    Membership.objects.filter(user__username="user-staff").delete()

    assert may_see(key, scene.school.pk) is False


def test_account_switched_off_ends_the_right(scene: Scene) -> None:
    key = session_of(scene, Role.STAFF)
    Membership.objects.get(user__username="user-staff").user.__class__.objects.update(is_active=False)

    assert may_see(key, scene.school.pk) is False


def test_changed_password_ends_the_right(scene: Scene) -> None:
    key = session_of(scene, Role.STAFF)
    user = Membership.objects.get(user__username="user-staff").user
    user.set_password("another one altogether")
    user.save()

    assert may_see(key, scene.school.pk) is False


def test_sign_out_ends_the_right(scene: Scene) -> None:
    client = signed_in(scene.teacher)
    key = client.session.session_key or ""
    assert may_see(key, scene.school.pk) is True

    client.post("/accounts/sign-out/")

    assert may_see(key, scene.school.pk) is False


def test_expired_session_has_no_right(scene: Scene) -> None:
    key = signed_in(scene.teacher).session.session_key or ""
    Session.objects.filter(pk=key).update(expire_date=datetime(2020, 1, 1, tzinfo=UTC))

    assert may_see(key, scene.school.pk) is False


def test_made_up_session_has_no_right(scene: Scene) -> None:
    assert may_see("a" * 32, scene.school.pk) is False
