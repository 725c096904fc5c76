"""What holds for every page: strict content policy, no inline script or style, one heading, links that lead on."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from photosync.core.run_states import RunState
from tests.web.conftest import Scene
from tests.web.pages import Markup, around_today, make_profile, make_run, signed_in

pytestmark = pytest.mark.once

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
SETUP = "/administration/timetable-management/cycle-period-setup/"
MANAGE = "/administration/timetable-management/manage-sync/"
RUNS = "/administration/timetable-management/runs/"
PAGES = [
    "/",
    "/overview/schools/",
    "/administration/",
    "/administration/timetable-management/",
    SETUP,
    f"{SETUP}new/",
    f"{SETUP}{{period}}/",
    f"{SETUP}{{period}}/copy/",
    f"{SETUP}{{period}}/delete/",
    MANAGE,
    f"{MANAGE}{{profile}}/",
    f"{MANAGE}new/",
    "/academic-reports/",
    "/academic-reports/end-of-year/",
    "/academic-reports/end-of-year/photo-day/2031/",
    "/academic-reports/end-of-year/next-period/{profile}/",
    "/data-management/",
    "/data-management/students/",
    "/data-management/people/{ada}/",
    "/data-management/people/{ada}/photo/",
    "/data-management/people/{ada}/photo/withdraw/",
    "/data-management/people/{ada}/protection/",
    "/data-management/people/{ada}/leaving/",
    "/data-management/import/",
    RUNS,
    f"{RUNS}{{run}}/",
    f"{RUNS}{{run}}/approve/",
    f"{RUNS}{{run}}/discard/",
    f"{RUNS}{{run}}/undo/",
    f"{RUNS}{{run}}/cancel/",
    "/review/",
    "/review/?queue=without-photo",
    "/review/?queue=decided",
    "/photos/",
    "/photos/?q=ada",
    "/photos/people/{ada}/",
    "/photos/lists/",
    "/photos/lists/print/?year_level=7",
    "/help/",
    "/help/?q=stop",
    "/help/enabling-the-photo-sync/",
    "/help/enabling-the-photo-sync/feedback/",
    "/settings/",
    "/settings/school/",
    "/settings/school/new/",
    "/settings/retention/",
    "/settings/users/",
    "/settings/users/roles/",
    "/settings/users/new/",
    "/settings/users/{kim}/",
    "/settings/users/{kim}/link/",
    "/settings/your-account/",
    "/settings/your-account/password/",
    "/settings/your-account/app/",
    "/settings/your-account/passkeys/add/",
    "/settings/your-account/recovery-codes/new/",
    "/settings/audit/",
    "/settings/audit/views/",
    "/settings/calendar-feed/",
    "/settings/api-tokens/",
    "/settings/api-tokens/new/",
    "/schools/",
]
SIGNED_OUT = ["/accounts/sign-in/", "/accounts/set-password/MQ/none/", "/no/such/page"]


def client_for(scene: Scene, address: str) -> Client:
    return scene.system_client if address.startswith("/settings/") else scene.client


def page(scene: Scene, address: str) -> object:
    client = Client(headers={"host": "localhost"}) if address in SIGNED_OUT else client_for(scene, address)
    period = around_today(scene.school)
    profile = make_profile(scene.school, "Photo Sync", period)
    run = make_run(profile, RunState.DONE, datetime.now(UTC))
    return client.get(
        address.format(ada=scene.ada.pk, period=period.pk, run=run.pk, profile=profile.pk, kim=scene.administrator.pk)
    )


def has_no_inline_script_or_style(response: object) -> None:
    markup = Markup.of(response)
    attributes = {name for _, each in markup.tags for name in each}

    assert [tag for tag, _ in markup.tags if tag in ("style", "inline-script", "inline-style")] == []
    assert {name for name in attributes if name == "style" or name.startswith("on")} == set()
    assert [each for each in markup.all("script") if not each.get("src", "").startswith("/static/")] == []


def carries_the_strict_policy(response: object) -> None:
    policy = response.headers["Content-Security-Policy"]  # type: ignore[attr-defined]  # Django's test response
    assert {part.strip() for part in policy.split(";")} == POLICY


def names_no_other_host(response: object) -> None:
    linked = [
        value
        for _, each in Markup.of(response).tags
        for name, value in each.items()
        if name in ("src", "href", "action", "hx-get")
    ]

    assert [value for value in linked if not value.startswith(("/", "#")) or value.startswith("//")] == []


def has_one_main_heading_a_language_and_unique_ids(response: object) -> None:
    markup = Markup.of(response)
    ids = [each["id"] for _, each in markup.tags if "id" in each]

    assert len(markup.all("h1")) == 1
    assert markup.all("html")[0]["lang"] == "en-AU"
    assert len(ids) == len(set(ids))
    assert [each["href"] for each in markup.with_class("skip")] == ["#content"]


def is_kept_by_no_cache(response: object) -> None:
    assert response.headers["Cache-Control"] == "private, no-store"  # type: ignore[attr-defined]


OF_EVERY_PAGE: tuple[Callable[[object], None], ...] = (
    has_no_inline_script_or_style,
    carries_the_strict_policy,
    names_no_other_host,
    has_one_main_heading_a_language_and_unique_ids,
)


@pytest.mark.parametrize("address", [*PAGES, *SIGNED_OUT])
def test_page_has_what_every_page_has(scene: Scene, address: str, subtests: pytest.Subtests) -> None:
    response = page(scene, address)
    for holds in OF_EVERY_PAGE if address in SIGNED_OUT else (*OF_EVERY_PAGE, is_kept_by_no_cache):
        with subtests.test(holds.__name__):
            holds(response)
    if address not in SIGNED_OUT:
        with subtests.test("every_link_leads_to_a_page"):
            leads_on(response, client_for(scene, address))


def leads_on(response: object, client: Client) -> None:
    links = {each["href"] for each in Markup.of(response).all("a") if each["href"].startswith("/")}

    assert links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_navigation_shows_only_what_exists(scene: Scene) -> None:
    items = scene.client.get("/").context["navigation"]

    assert [(str(item.words), item.url) for item in items] == [
        ("Overview", "/"),
        ("Administration Workspace", "/administration/"),
        ("Data Management", "/data-management/"),
        ("Photos", "/photos/"),
        ("Academic Reports", "/academic-reports/"),
        ("Settings", "/settings/"),
        ("Help", "/help/"),
    ]


def test_navigation_shows_only_what_one_may_reach(scene: Scene) -> None:
    items = signed_in(scene.teacher).get("/").context["navigation"]

    assert [str(item.words) for item in items] == ["Overview", "Photos", "Academic Reports", "Settings", "Help"]


@pytest.mark.parametrize(
    ("template", "status", "told"),
    [
        ("/no/such/page", 404, "There is nothing here The address may be mistyped"),
        ("/photos/people/x/", 404, "There is nothing here"),
    ],
)
def test_missing_page_says_so_in_plain_words(scene: Scene, template: str, status: int, told: str) -> None:
    response = scene.client.get(template)

    assert response.status_code == status
    assert told in Markup.of(response).text


def test_wrong_host_gets_a_plain_refusal(scene: Scene) -> None:
    response = Client(headers={"host": "evil.example"}).get("/")

    assert response.status_code == 400
    assert "This request is not well formed Nothing was changed." in Markup.of(response).text


def test_fault_on_the_server_says_to_look_before_repeating(scene: Scene) -> None:
    client = scene.client
    client.raise_request_exception = False
    scene.school.time_zone = "Nowhere/Atlantis"
    scene.school.save()

    response = client.get("/photos/")

    assert response.status_code == 500
    assert "Something went wrong here The fault is on the server" in Markup.of(response).text
