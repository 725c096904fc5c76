"""What a change of what unknown consent means does, and to how many people."""

from __future__ import annotations

from django.db.models import Q

from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.core.consent import Consent, Purpose, UnknownMeans


def consent_sentences(former: School, later: School) -> tuple[str, ...]:
    """Return a sentence for each purpose for which unknown comes to mean something else."""
    before, after = former.unknown_means, later.unknown_means
    return tuple(
        _sentence(former, purpose, after[purpose]) for purpose in Purpose if before[purpose].yes != after[purpose].yes
    )


def _sentence(school: School, purpose: Purpose, after: UnknownMeans) -> str:
    people = _without_answer(school, purpose)
    whom = "1 current person, who has" if people == 1 else f"{people:,} current people, who have"
    means, meant = ("yes", "no") if after.yes else ("no", "yes")
    return (
        f"For {purpose.words}, unknown consent means {means} instead of {meant}. "
        f"That concerns {whom} answered neither yes nor no."
    )


def _without_answer(school: School, purpose: Purpose) -> int:
    """Return how many current people have answered neither; protected ones are shown in no case."""
    people = Person.objects.filter(school=school, status=Person.Status.ACTIVE, protected=False).order_by()
    answered = Q()
    for answer in (Consent.YES, Consent.NO):
        answered |= Q(**{f"consent__{purpose.value}": answer.value})
    return people.count() - people.filter(answered).count()
