"""Help: list, search, articles, the help link of other pages, feedback, and the administrator's list."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.help.articles import articles
from photosync.apps.help.models import Feedback
from photosync.apps.help.robot_check import new_check
from tests.proofs import answers_to
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_user, signed_in

pytestmark = pytest.mark.once

ARTICLE = "/help/held-runs/"
FORM = f"{ARTICLE}feedback/"
FEEDBACK = "/help/feedback/"
HTMX = {"HX-Request": "true", "HX-Target": "feedback"}


@pytest.fixture
def root(scene: Scene) -> Client:
    return signed_in(make_user("root", Role.ADMINISTRATOR, None))


def check_of(client: Client, seconds_ago: int = 0) -> dict[str, str]:
    made_at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    check = new_check("held-runs", client.session.session_key or "", made_at)
    return {"challenge": check.challenge, "answers": answers_to(check.work)}


def send(client: Client, **fields: object) -> object:
    values = {"helpful": "no", "reasons": ["unclear"], "comment": "Which button?", **check_of(client), **fields}
    return client.post(FORM, {name: value for name, value in values.items() if value is not None}, follow=True)


def test_everyone_signed_in_reads_all_articles_and_no_one_else_does(scene: Scene) -> None:
    for client in (scene.client, signed_in(scene.teacher), signed_in(scene.roleless)):
        markup = Markup.of(client.get("/help/"))
        assert {each["href"] for each in markup.all("a")} >= {f"/help/{slug}/" for slug in articles()}
        assert client.get(ARTICLE).status_code == 200
    visitor = Client(headers={"host": "localhost"})
    assert visitor.get(ARTICLE).headers["Location"] == f"/accounts/sign-in/?next={ARTICLE}"
    assert scene.client.get("/help/no-such/").status_code == 404
    assert scene.client.get("/help/no-such/feedback/").status_code == 404


def test_search_finds_marks_and_leads_to_the_part(scene: Scene) -> None:
    page = scene.client.get("/help/", {"q": "stop the sync"})

    markup = Markup.of(page)
    assert "stop" in {text.lower() for text in re.findall(r"<mark>([^<]*)</mark>", page.content.decode())}
    assert any("enabling-the-photo-sync/#stop-it-at-any-time" in each["href"] for each in markup.all("a"))
    assert markup.all("input")[-1]["value"] == "stop the sync"


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("enable photo sync", "enabling-the-photo-sync"),
        ("re-enable", "enabling-the-photo-sync"),
        ("group 99", "enabling-the-photo-sync"),
        ("timetable period", "timetable-periods"),
        ("held", "held-runs"),
        ("new year's delivery", "held-runs"),
        ("undo", "undo-and-pins"),
        ("unmatched", "review"),
        ("whose photo", "matching"),
        ("sideways", "photo-by-hand"),
        ("upload photo", "photo-by-hand"),
        ("print class list", "photo-lists"),
        ("who saw", "audit"),
        ("recovery codes", "signing-in"),
        ("api token", "api-tokens"),
        ("lost phone", "users"),
        ("csv columns", "roster-import"),
        ("roles", "roles-and-permissions"),
        ("lost password", "signing-in"),
        ("no worker", "troubleshooting"),
        ("clock change", "frequencies"),
        ("checklist", "end-of-year"),
        ("consent", "consent-and-protection"),
        ("tiemtable", "timetable-periods"),
    ],
)
def test_what_people_ask_finds_the_article_first(scene: Scene, question: str, best: str) -> None:
    found = scene.client.get("/help/", {"q": question}).context["found"]

    assert [each.url.split("/")[2] for each in found][:1] == [best]


def test_search_that_finds_nothing_says_what_to_do(scene: Scene) -> None:
    markup = Markup.of(scene.client.get("/help/", {"q": "zebra <b>"}))

    assert "No article has all of “zebra <b>”." in markup.text
    assert "Use fewer words, or the beginning of one." in markup.text
    assert "/help/getting-started/" in {each["href"] for each in markup.all("a")}


@pytest.mark.parametrize("question", ["\0", "x" * 5000, "' OR 1=1 --", "  ", "\ud7ff" * 200])
def test_any_search_is_answered(scene: Scene, question: str) -> None:
    page = scene.client.get("/help/", {"q": question})

    assert page.status_code == 200
    assert len(page.context["question"]) <= 100


def test_search_while_typing_gets_only_the_list(scene: Scene) -> None:
    page = scene.client.get("/help/", {"q": "held"}, headers={"HX-Request": "true", "HX-Target": "articles"})

    assert page.content.decode().lstrip().startswith('<section id="articles"')
    assert page.headers["Vary"].startswith("Cookie, HX-Request")


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("/", "status-and-flags"),
        ("/administration/timetable-management/manage-sync/", "enabling-the-photo-sync"),
        ("/administration/timetable-management/manage-sync/new/", "manage-sync-settings"),
        ("/administration/timetable-management/cycle-period-setup/", "timetable-periods"),
        ("/administration/timetable-management/runs/", "runs"),
        ("/data-management/students/", "people"),
        ("/data-management/import/", "roster-import"),
        ("/photos/", "photos-and-years"),
        ("/settings/", "roles-and-permissions"),
    ],
)
def test_page_has_a_link_to_the_article_that_explains_it(scene: Scene, address: str, slug: str) -> None:
    markup = Markup.of(scene.client.get(address))

    assert [each["href"] for each in markup.with_class("helplink")] == [f"/help/{slug}/"]
    assert "Help with this page" in markup.text


def test_page_that_no_article_explains_has_no_such_link(scene: Scene) -> None:
    assert Markup.of(scene.client.get("/help/")).with_class("helplink") == []


def test_yes_is_thanked_and_stored_once(scene: Scene) -> None:
    client = scene.client

    shown = client.post(FORM, {"helpful": "yes"}, follow=True)
    part = client.post(FORM, {"helpful": "yes"}, headers=HTMX)

    assert shown.redirect_chain == [(ARTICLE, 302)]
    assert "Good to know. Thank you for telling us." in Markup.of(shown).text
    assert Markup.of(part).text == "Was this article helpful? Good to know. Thank you for telling us."
    assert [(each.article, each.said_by) for each in Feedback.objects.filter(is_helpful=True)] == [
        ("held-runs", "kim")
    ]


def test_no_opens_a_form_with_reasons_comment_and_check(scene: Scene) -> None:
    client = scene.client
    asks = Markup.of(client.get(ARTICLE))
    assert f"{FORM}#feedback" in {each["href"] for each in asks.all("a")}

    markup = Markup.of(client.get(FORM))

    assert [each["value"] for each in markup.all("input") if each.get("name") == "reasons"] == [
        "other-subject",
        "incomplete",
        "unclear",
        "differs",
        "did-not-work",
        "something-else",
    ]
    form = next(each for each in markup.all("form") if "data-proof" in each)
    assert (form["data-puzzles"], form["data-zero-bits"], len(form["data-seed"])) == ("16", "14", 32)
    assert [each["maxlength"] for each in markup.all("textarea")] == ["2000"]
    assert "without_script" in {each.get("name") for each in markup.all("input")}
    in_part = client.get(FORM, headers=HTMX)
    assert "without_script" not in {each.get("name") for each in Markup.of(in_part).all("input")}


def test_feedback_with_a_reason_is_sent(scene: Scene) -> None:
    client = scene.client

    shown = send(client, reasons=["unclear", "differs"])

    assert shown.redirect_chain == [(ARTICLE, 302)]  # type: ignore[attr-defined]
    assert "Feedback sent. Thank you: we read it and put the article right." in Markup.of(shown).text
    said = Feedback.objects.get()
    assert (said.reasons, said.comment, said.school) == (["unclear", "differs"], "Which button?", scene.school)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"reasons": None}, "Choose at least one reason. Nothing was sent."),
        (
            {"comment": "x" * 2001},
            "The comment has 2,001 characters; 2,000 fit. Nothing was sent. Make it shorter.",
        ),
        (
            {"answers": "", "challenge": ""},
            "The robot check is missing. Nothing was sent. Wait until the check below is done, then send again.",
        ),
        (
            {"answers": "0"},
            "The robot check was not solved. Nothing was sent. Send again with the new one.",
        ),
        (
            {"challenge": "made-up"},
            "The robot check does not belong to this form. Nothing was sent. Send again with the new one.",
        ),
    ],
)
def test_refused_feedback_says_why_and_keeps_what_was_written(
    scene: Scene, fields: dict[str, object], told: str
) -> None:
    response = send(scene.client, **({"comment": "Which button?"} | fields))

    markup = Markup.of(response)
    assert [each["role"] for _, each in markup.tags if each.get("id") == "errors"] == ["alert"]
    assert told in markup.text
    assert str(fields.get("comment", "Which button?")) in markup.text
    chosen = [each["value"] for each in markup.all("input") if "checked" in each]
    assert chosen == ([] if "reasons" in fields else ["unclear"])
    assert Feedback.objects.count() == 0


def test_refused_reason_does_not_make_anyone_wait_for_the_check_again(scene: Scene) -> None:
    client = scene.client
    check = check_of(client)

    page = Markup.of(send(client, reasons=None, **check))

    again = {each["name"]: each["value"] for each in page.all("input") if each.get("name") in check}
    assert again == check
    assert "Feedback sent" in Markup.of(send(client, **again)).text


def test_expired_check_is_told_and_replaced(scene: Scene) -> None:
    client = scene.client
    old = check_of(client, seconds_ago=3700)

    markup = Markup.of(send(client, **old))

    assert "The robot check has expired: it holds for an hour." in markup.text
    again = {each["name"]: each["value"] for each in markup.all("input") if each.get("name") in old}
    assert again["challenge"] != old["challenge"]
    assert again["answers"] == ""


def test_check_of_another_session_is_refused(scene: Scene) -> None:
    other = signed_in(scene.teacher)

    assert "The robot check does not belong to this form." in Markup.of(send(scene.client, **check_of(other))).text


def test_check_that_was_used_is_told(scene: Scene) -> None:
    client = scene.client
    check = check_of(client)
    send(client, **check)

    markup = Markup.of(send(client, **check))

    assert "The robot check was used already, so that this form has been sent before." in markup.text
    assert Feedback.objects.count() == 1


def test_without_scripts_one_waits_and_sends_the_same_form_again(scene: Scene) -> None:
    client = scene.client
    early = {"challenge": check_of(client)["challenge"], "answers": "", "without_script": "1"}
    late = {"challenge": check_of(client, seconds_ago=11)["challenge"], "answers": "", "without_script": "1"}

    markup = Markup.of(send(client, **early))

    assert "Without scripts the robot check is a wait of 10 seconds, and they are not over yet." in markup.text
    assert early["challenge"] in {each.get("value") for each in markup.all("input")}
    assert "Feedback sent" in Markup.of(send(client, **late)).text


def test_feedback_needs_its_form(scene: Scene) -> None:
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    client.force_login(scene.administrator)

    assert client.post(FORM, {"helpful": "yes"}).status_code == 403
    assert Feedback.objects.count() == 0


def test_list_is_for_administrators_of_the_installation(scene: Scene, root: Client) -> None:
    send(scene.client)
    said = Feedback.objects.get()

    for client in (scene.client, signed_in(scene.teacher)):
        assert client.get(FEEDBACK).status_code == 403
        assert client.get(f"{FEEDBACK}feedback.csv").status_code == 403
        assert client.post(f"{FEEDBACK}{said.pk}/dealt-with/", {"dealt_with": "yes"}).status_code == 403
        assert "Feedback on the articles" not in Markup.of(client.get("/help/")).text
    assert "Feedback on the articles" in Markup.of(root.get("/help/")).text
    assert root.get(FEEDBACK).status_code == 200


def test_list_counts_filters_and_marks_as_dealt_with(scene: Scene, root: Client) -> None:
    send(scene.client, comment="First <b>line</b>\nsecond")
    scene.client.post("/help/runs/feedback/", {"helpful": "yes"})
    said = Feedback.objects.get(is_helpful=False)

    page = root.get(FEEDBACK)
    text = Markup.of(page).text
    assert [(each.slug, each.helpful, each.not_helpful, each.open) for each in page.context["counts"]] == [
        ("held-runs", 0, 1, 1),
        ("runs", 1, 0, 0),
    ]
    assert "First <b>line</b> second" in text
    assert "I could not follow it" in text
    assert "kim on " in text

    after = root.post(
        f"{FEEDBACK}{said.pk}/dealt-with/",
        {"dealt_with": "yes", "state": "open", "article": "held-runs"},
        follow=True,
    )
    assert after.redirect_chain == [(f"{FEEDBACK}?article=held-runs&state=open", 302)]
    assert "No feedback is as the filter asks. Widen it, or look at all feedback." in Markup.of(after).text
    shown = Markup.of(root.get(FEEDBACK, {"state": "dealt-with", "reason": "unclear"})).text
    assert "Dealt with by root on " in shown
    assert "Open again" in shown
    assert root.post(f"{FEEDBACK}999/dealt-with/", {"dealt_with": "yes"}).status_code == 404


def test_empty_list_says_what_belongs_there(root: Client) -> None:
    text = Markup.of(root.get(FEEDBACK)).text

    assert "Nothing to read yet Under every article people are asked whether it helped." in text


def test_list_is_paged_without_counting(root: Client, scene: Scene) -> None:
    now = datetime.now(UTC)
    Feedback.objects.bulk_create(
        Feedback(article="runs", is_helpful=False, reasons=["unclear"], comment=f"c{n}", said_by="kim", said_at=now)
        for n in range(65)
    )

    first = root.get(FEEDBACK).context["page"]
    second = root.get(f"{FEEDBACK}?{first.older}").context["page"]
    back = root.get(f"{FEEDBACK}?{second.newer}").context["page"]

    assert (first.rows[0].comment, first.newer) == ("c64", "")
    assert second.rows[0].comment == "c34"
    assert back.rows == first.rows


def test_csv_is_safe_for_spreadsheets(scene: Scene, root: Client) -> None:
    send(scene.client, comment='=HYPERLINK("x")\nsecond')

    response = root.get(f"{FEEDBACK}feedback.csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    assert response.headers["Content-Disposition"] == 'attachment; filename="help-feedback.csv"'
    assert lines.splitlines()[0] == ("article,reasons,comment,school,said by,said at,dealt with at,dealt with by")
    assert '"\'=HYPERLINK(""x"")\nsecond",PHS,kim,' in lines
    assert "A run is held: what now,I could not follow it," in lines
    nothing = root.get(f"{FEEDBACK}feedback.csv?state=dealt-with")
    assert len(b"".join(nothing.streaming_content).splitlines()) == 1  # type: ignore[attr-defined]
