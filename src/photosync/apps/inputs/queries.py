"""Reading inputs and deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from photosync.apps.inputs.models import DeliveredArchive, Delivery, Input, InputFile
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound
from photosync.core.input_names import input_path, number_in
from photosync.core.people import quoted
from photosync.core.wording import list_words

NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Held:
    """How much an input holds."""

    files: int = 0
    size_bytes: int = 0


def inputs_of(school: School) -> QuerySet[Input]:
    return Input.objects.filter(school=school).select_related("school").order_by("name_key")


def input_called(school: School, text: str) -> Input:
    """Return the input with this name, in any letter case, or this number, written #7. Raises NotFound."""
    number = number_in(text)
    rows = inputs_of(school)
    if number is not None:
        found = rows.filter(pk=number).first()
    else:
        found = rows.filter(name_key=" ".join(text.split()).casefold()).first()
    if found is None:
        raise NotFound(_no_such(school, text))
    return found


def _no_such(school: School, text: str) -> str:
    names = list(inputs_of(school).values_list("name", flat=True)[: NAMES_SHOWN + 1])
    if not names:
        return _(
            "There is no input %(input)s: the school has none yet. Nothing was changed. Make one in Sync UI > Inputs."
        ) % {"input": quoted(text)}
    shown = list_words(names[:NAMES_SHOWN]) + (_(" and others") if len(names) > NAMES_SHOWN else "")
    words = _("There is no input %(input)s in this school. Nothing was changed. There are: %(names)s.")
    return words % {"input": quoted(text), "names": shown}


def input_numbered(input_id: int, school: School) -> Input:
    """Return the input, where it is one of this school. Raises NotFound."""
    found = inputs_of(school).filter(pk=input_id).first()
    if found is None:
        raise NotFound(_("There is no input %(number)d in this school. Nothing was done.") % {"number": input_id})
    return found


def held_by(inputs: Iterable[Input]) -> Mapping[int, Held]:
    """Return how much each input holds, by its id, in one query."""
    ids = [each.pk for each in inputs]
    rows = InputFile.objects.filter(input__in=ids).order_by().values("input")
    found = {
        row["input"]: Held(row["files"], row["total"])
        for row in rows.annotate(files=Count("pk"), total=Sum("size_bytes"))
    }
    return {each: found.get(each, Held()) for each in ids}


def profiles_by_input(school: School, inputs: Sequence[Input]) -> Mapping[int, list[str]]:
    """Return the names of the sync profiles that read each input, by its id, in one query."""
    from photosync.apps.profiles.models import SyncProfile

    rows = SyncProfile.objects.filter(school=school, source_kind="input").order_by("name")
    named: dict[str, list[str]] = {}
    for name, options in rows.values_list("name", "options"):
        named.setdefault(str(options.get("input", "")), []).append(name)
    return {each.pk: named.get(each.option, []) for each in inputs}


def profiles_reading(found: Input) -> list[str]:
    return profiles_by_input(found.school, [found])[found.pk]


def files_of(found: Input) -> QuerySet[InputFile]:
    """Return the files by folder and name."""
    return InputFile.objects.filter(input=found).order_by("folder", "name", "pk")


def delivery_numbered(delivery_id: int, found: Input) -> Delivery:
    """Return the delivery, where it is one into this input. Raises NotFound."""
    delivery = Delivery.objects.filter(pk=delivery_id, input=found).select_related("input__school").first()
    if delivery is None:
        raise no_such_delivery(found)
    return delivery


def no_such_delivery(found: Input) -> NotFound:
    return NotFound(_("There is no such delivery into %(input)s. Nothing was done.") % {"input": found.name})


def file_at(found: Input, path: str) -> InputFile:
    """Return the file at `path`, in any letter case. Raises WrongUse for what is no path, NotFound."""
    file = InputFile.objects.filter(input=found, path_key=input_path(path).key).first()
    if file is None:
        words = _("There is no file %(path)s in %(input)s. Nothing was done.")
        raise NotFound(words % {"path": quoted(path), "input": found.name})
    return file


def archive_numbered(archive_id: int, delivery: Delivery) -> DeliveredArchive:
    """Return the ZIP, where it is one of this delivery. Raises NotFound."""
    archive = DeliveredArchive.objects.filter(pk=archive_id, delivery=delivery).first()
    if archive is None:
        raise NotFound(_("There is no such ZIP in this delivery. Nothing was done. Begin to send it again."))
    archive.delivery = delivery
    return archive
