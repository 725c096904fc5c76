"""Feedback on an article: what is stored, every refusal, the robot check, the rate, and dealing with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from photosync.apps.accounts.models import User
from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.audit.models import Entry
from photosync.apps.help.models import Feedback, UsedCheck
from photosync.apps.help.queries import ArticleCounts, counts_by_article, feedback_to_read
from photosync.apps.help.robot_check import SentCheck, new_check
from photosync.apps.help.services import (
    LONGEST_COMMENT,
    MOST_ANSWERS,
    MOST_WITHOUT_SCRIPT,
    say_helpful,
    say_not_helpful,
    set_dealt_with,
)
from photosync.apps.schools.models import School
from photosync.core.errors import PhotoSyncError
from tests.proofs import answers_to

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ARTICLE = "held-runs"
SESSION = "a-session"


@pytest.fixture
def school() -> School:
    return School.objects.create(code="PHS", name="Pelican Harbour High School", time_zone="Australia/Sydney")


@pytest.fixture
def kim() -> User:
    return User.objects.create_user("kim")


def solved(article: str = ARTICLE, at: datetime = NOW, session: str = SESSION) -> SentCheck:
    check = new_check(article, session, at)
    return SentCheck(check.challenge, answers_to(check.work), session)


def waited(at: datetime = NOW - timedelta(seconds=11)) -> SentCheck:
    return SentCheck(new_check(ARTICLE, SESSION, at).challenge, "", SESSION, without_script=True)


def say(
    kim: User,
    school: School | None,
    check: SentCheck,
    *,
    reasons: tuple[str, ...] = ("unclear",),
    comment: str = "Which button?",
    now: datetime = NOW,
) -> Feedback:
    return say_not_helpful(ARTICLE, reasons, comment, check=check, user=kim, school=school, now=now)


def refusal(*args: object, **fields: object) -> str:
    with pytest.raises(PhotoSyncError) as caught:
        say(*args, **fields)  # type: ignore[arg-type]
    assert Feedback.objects.filter(comment="refused").count() == 0
    return caught.value.message


def test_reasons_and_comment_are_stored_with_who_when_and_where(kim: User, school: School) -> None:
    said = say(kim, school, solved(), reasons=("differs", "unclear", "nonsense"), comment=" Line\r\ntwo ")

    said.refresh_from_db()
    assert (said.article, said.is_helpful, said.reasons, said.comment) == (
        ARTICLE,
        False,
        ["unclear", "differs"],
        "Line\ntwo",
    )
    assert (said.user, said.said_by, said.school, said.said_at) == (kim, "kim", school, NOW)
    assert (said.without_script, said.dealt_with_at) == (False, None)


@pytest.mark.parametrize("reasons", [(), ("nonsense",)])
def test_no_reason_is_refused(kim: User, school: School, reasons: tuple[str, ...]) -> None:
    assert refusal(kim, school, solved(), reasons=reasons) == "Choose at least one reason. Nothing was sent."


def test_longest_comment_fits_and_one_more_character_does_not(kim: User, school: School) -> None:
    assert len(say(kim, school, solved(), comment="ß" * LONGEST_COMMENT).comment) == LONGEST_COMMENT
    assert refusal(kim, school, solved(), comment="x" * (LONGEST_COMMENT + 1)) == (
        "The comment has 2,001 characters; 2,000 fit. Nothing was sent. Make it shorter."
    )


@pytest.mark.parametrize("comment", ["a\0b", "\ud800"])
def test_comment_that_is_no_text_is_refused(kim: User, school: School, comment: str) -> None:
    assert refusal(kim, school, solved(), comment=comment) == (
        "The comment has characters that are no text. Nothing was sent. Take them out."
    )


NOT_OF_THIS_FORM = "The robot check does not belong to this form. Nothing was sent. Send again with the new one."
EXPIRED = "The robot check has expired: it holds for an hour. Nothing was sent. Send again with the new one."
MISSING = "The robot check is missing. Nothing was sent. Wait until the check below is done, then send again."
NOT_SOLVED = "The robot check was not solved. Nothing was sent. Send again with the new one."


def test_check_that_is_missing_is_refused(kim: User, school: School) -> None:
    assert refusal(kim, school, SentCheck("", "", SESSION)) == MISSING
    assert refusal(kim, school, replace(solved(), answers="")) == MISSING
    assert refusal(kim, school, replace(solved(), challenge="")) == MISSING


def test_check_that_was_changed_or_is_of_elsewhere_is_refused(kim: User, school: School) -> None:
    good = solved()
    changed = good.challenge[:10] + ("A" if good.challenge[10] != "A" else "B") + good.challenge[11:]

    assert refusal(kim, school, replace(good, challenge=changed)) == NOT_OF_THIS_FORM
    assert refusal(kim, school, replace(good, challenge="x" * 5000)) == NOT_OF_THIS_FORM
    assert refusal(kim, school, replace(good, challenge="\ud800:a")) == NOT_OF_THIS_FORM
    assert refusal(kim, school, replace(good, session="another-session")) == NOT_OF_THIS_FORM
    assert refusal(kim, school, solved(article="runs")) == NOT_OF_THIS_FORM


def test_check_holds_for_an_hour_and_not_from_the_future(kim: User, school: School) -> None:
    check = solved()

    assert refusal(kim, school, check, now=NOW + timedelta(hours=1)) == EXPIRED
    assert refusal(kim, school, check, now=NOW - timedelta(seconds=2)) == EXPIRED
    assert say(kim, school, check, now=NOW + timedelta(minutes=59)).pk


@pytest.mark.parametrize("answers", ["1", "0." * 15 + "0", "x" * 200])
def test_check_that_is_not_solved_is_refused(kim: User, school: School, answers: str) -> None:
    assert refusal(kim, school, replace(solved(), answers=answers)) == NOT_SOLVED


def test_check_is_good_for_one_use(kim: User, school: School) -> None:
    check = solved()
    say(kim, school, check)

    assert refusal(kim, school, check) == (
        "The robot check was used already, so that this form has been sent before. Nothing was sent a second time. "
        "To say something else, send again with the new check."
    )
    assert Feedback.objects.count() == 1


def test_refused_answer_leaves_the_check_unused(kim: User, school: School) -> None:
    check = solved()
    refusal(kim, school, check, reasons=())

    assert say(kim, school, check).pk


def test_used_checks_are_forgotten_when_they_have_expired(kim: User, school: School) -> None:
    say(kim, school, solved())
    later = NOW + timedelta(hours=2)

    say(kim, school, solved(at=later), now=later)

    assert UsedCheck.objects.count() == 1


def test_without_scripts_one_waits_ten_seconds_instead(kim: User, school: School) -> None:
    check = waited(at=NOW - timedelta(seconds=9))

    assert refusal(kim, school, check) == (
        "Without scripts the robot check is a wait of 10 seconds, and they are not over yet. Nothing was sent. What "
        "you wrote is still here: send it again in a moment."
    )
    assert say(kim, school, check, now=NOW + timedelta(seconds=1)).without_script


def test_waiting_instead_of_working_is_for_a_few_an_hour(kim: User, school: School) -> None:
    for _ in range(MOST_WITHOUT_SCRIPT):
        say(kim, school, waited())

    assert refusal(kim, school, waited()) == (
        "You have sent 3 answers within an hour, and more are not taken. Nothing was sent. Try after 15:00."
    )
    assert say(kim, school, solved()).pk


def test_account_may_send_so_many_answers_an_hour(kim: User, school: School) -> None:
    Feedback.objects.bulk_create(
        Feedback(article=ARTICLE, is_helpful=False, user=kim, said_by="kim", said_at=NOW - timedelta(minutes=n))
        for n in range(MOST_ANSWERS)
    )

    told = "You have sent 20 answers within an hour, and more are not taken. Nothing was sent. Try after 14:41."
    assert refusal(kim, school, solved()) == told
    assert refusal(kim, None, solved()).endswith("Try after 03:41.")
    with pytest.raises(PhotoSyncError, match="You have sent 20 answers"):
        say_helpful("runs", user=kim, school=school, now=NOW)
    assert say(User.objects.create_user("robin"), school, solved()).pk
    later = NOW + timedelta(minutes=42)
    assert say(kim, school, solved(at=later), now=later).pk


def test_helpful_counts_once_until_another_answer_came(kim: User, school: School) -> None:
    say_helpful(ARTICLE, user=kim, school=school, now=NOW)
    say_helpful(ARTICLE, user=kim, school=school, now=NOW)
    assert Feedback.objects.filter(is_helpful=True).count() == 1

    say(kim, school, solved())
    say_helpful(ARTICLE, user=kim, school=school, now=NOW)

    assert counts_by_article() == [ArticleCounts(ARTICLE, "A run is held: what now", 2, 1, 1)]


def test_article_that_is_none_is_refused(kim: User, school: School) -> None:
    with pytest.raises(PhotoSyncError) as caught:
        say_helpful("no-such", user=kim, school=school, now=NOW)

    assert caught.value.message == 'There is no article "no-such". Nothing was sent.'


def test_dealing_with_it_is_recorded_and_can_be_taken_back(kim: User, school: School) -> None:
    said = say(kim, school, solved())
    with acting_as(Actor("robin", Via.PAGES)):
        done = set_dealt_with(said.pk, dealt_with=True, now=NOW)
        set_dealt_with(said.pk, dealt_with=True, now=NOW + timedelta(days=1))
        assert (done.dealt_with_at, done.dealt_with_by) == (NOW, "robin")
        assert list(feedback_to_read(dealt_with=False)) == []

        set_dealt_with(said.pk, dealt_with=False, now=NOW)

    assert list(feedback_to_read(dealt_with=False)) == [said]
    entries = Entry.objects.filter(act="feedback.dealt-with").order_by("pk")
    assert [(each.actor, each.school, each.subject_id, each.changes) for each in entries] == [
        ("robin", school, said.pk, [["dealt with", "no", "yes"]]),
        ("robin", school, said.pk, [["dealt with", "yes", "no"]]),
    ]


@pytest.mark.parametrize("is_helpful", [True, None])
def test_only_what_was_said_can_be_dealt_with(kim: User, school: School, is_helpful: bool | None) -> None:
    if is_helpful:
        say_helpful(ARTICLE, user=kim, school=school, now=NOW)
    number = Feedback.objects.get().pk if is_helpful else 7

    with pytest.raises(PhotoSyncError) as caught:
        set_dealt_with(number, dealt_with=True, now=NOW)

    assert caught.value.message == (f"There is no feedback {number} to deal with. Nothing was changed. See the list.")


def test_feedback_is_found_by_article_and_reason(kim: User, school: School) -> None:
    said = say(kim, school, solved(), reasons=("unclear", "differs"))

    found = [
        list(feedback_to_read(article=article, reason=reason))
        for article, reason in ((ARTICLE, ""), ("runs", ""), ("", "differs"), ("", "incomplete"), ("", "nonsense"))
    ]

    assert found == [[said], [], [said], [], [said]]
