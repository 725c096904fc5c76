"""What names a protected person, and what is shown in its place to those who may not know.

Someone may be protected after a text was written, so texts are looked through when they are shown.
Rule: docs/decisions/0009-what-review-remembers.md
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from photosync.apps.people.models import Identifier, Person
from photosync.core.hidden_names import HiddenNames, HiddenPerson


def may_be_protected() -> str:
    """Return the sentence that stands in place of one that names a protected person."""
    return _("It may be of someone who is protected.")


def not_named() -> str:
    """Return what stands in place of a file's path that names a protected person."""
    return _("a file that is not named here")


class ProtectedNames:
    """The names and codes of the protected people of a school, of whom there are few; loaded in two queries.

    To be made once for a request. With `shown`, for those who hold DATA: MANAGE, it knows nobody and hides nothing.
    """

    def __init__(self, school_id: int, *, shown: bool = False) -> None:
        self.shown = shown
        self._names = HiddenNames(() if shown else _protected(school_id))

    def in_text(self, text: str) -> bool:
        """Return whether `text` names one of them."""
        return bool(self._names.in_text(text))

    def in_path(self, path: str) -> bool:
        """Return whether the path of a file names one of them."""
        return bool(self._names.in_path(path))

    def whose_path(self, path: str, *, is_matched: bool) -> frozenset[int]:
        """Return the ids of those whom the path of a file names; `is_matched`: it is known whose the file is."""
        return self._names.in_path(path, is_matched=is_matched)

    def tell_of(self, path: str, reason: str, *, is_matched: bool = False) -> bool:
        """Return whether a file may be one of theirs, by its path or by what is said of it."""
        return bool(self.whose_path(path, is_matched=is_matched)) or self.in_text(reason)

    def are_known_by(self, codes: Iterable[str]) -> bool:
        """Return whether one of them has one of `codes`."""
        return bool(self._names.known_by(codes))

    def text(self, text: str) -> str:
        """Return `text`, or a sentence in its place that names nobody."""
        return may_be_protected() if self.in_text(text) else text

    def texts(self, texts: Iterable[str]) -> list[str]:
        """Return `texts`, each as `text` has it; what names nobody is said once."""
        return list(dict.fromkeys(map(self.text, texts)))

    def path(self, path: str) -> str:
        """Return `path`, or words in its place that name nobody."""
        return not_named() if self.in_path(path) else path

    def path_of_matched(self, path: str) -> str:
        """Return the path of a file that is someone else's, or words in its place that name nobody."""
        return not_named() if self.whose_path(path, is_matched=True) else path


def _protected(school_id: int) -> list[HiddenPerson]:
    people = Person.objects.filter(school=school_id, protected=True).order_by()
    known: dict[int, set[str]] = {}
    rows = Identifier.objects.filter(person__school=school_id, person__protected=True).order_by()
    for person_id, value in rows.values_list("person_id", "value"):
        known.setdefault(person_id, set()).add(value)
    return [_hidden(each, known.get(each.pk, ())) for each in people]


def _hidden(person: Person, identifiers: Collection[str]) -> HiddenPerson:
    firsts = tuple(filter(None, (person.given_name, person.preferred_name)))
    return HiddenPerson(person.pk, person.family_name, firsts, {person.code, *identifiers} - {""})
