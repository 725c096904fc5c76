"""Making, renaming, cloning, clearing and deleting inputs, and taking single files out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences, record, values_of
from photosync.apps.inputs.archives import forget_archives
from photosync.apps.inputs.content import AT_ONCE, locked, mark_changed
from photosync.apps.inputs.models import DeliveredArchive, Input, InputFile
from photosync.apps.inputs.queries import profiles_reading
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.input_names import LONGEST_DESCRIPTION, checked_input_name
from photosync.core.people import quoted
from photosync.core.wording import list_words, one_line

TOLD = ("name", "description")


def add_input(school: School, name: str, *, description: str = "", by: str, now: datetime) -> Input:
    """Return a new, empty input. Raises WrongUse, and Refused for a name in use."""
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        made = _made(school, name, description, by=by, now=now)
        record(Act.INPUT_ADDED, made, school=school, changes=differences({}, values_of(made, TOLD)))
    return made


def change_input(found: Input, *, name: str | None = None, description: str | None = None) -> Input:
    """Rename the input or describe it otherwise; profiles that read it go on reading it. Raises as `add_input`."""
    with transaction.atomic():
        School.objects.select_for_update().get(pk=found.school_id)
        stored = locked(found)
        former = values_of(stored, TOLD)
        if name is not None:
            stored.name = _free_name(stored.school, name, but=stored)
            stored.name_key = stored.name.casefold()
        if description is not None:
            stored.description = _checked_description(description)
        stored.save(update_fields=("name", "name_key", "description"))
        if changes := differences(former, values_of(stored, TOLD)):
            record(Act.INPUT_CHANGED, stored, school=stored.school, changes=changes)
    return stored


def clone_input(found: Input, name: str, *, by: str, now: datetime) -> Input:
    """Return a new input with the same files; no bytes are copied. Raises WrongUse, Refused for a name in use."""
    with transaction.atomic():
        School.objects.select_for_update().get(pk=found.school_id)
        stored = locked(found)
        made = _made(stored.school, name, stored.description, by=by, now=now)
        rows: list[InputFile] = []
        for file in InputFile.objects.filter(input=stored).order_by("pk").iterator(chunk_size=AT_ONCE):
            file.pk, file.input, file.delivery = None, made, None
            rows.append(file)
        InputFile.objects.bulk_create(rows, batch_size=AT_ONCE)
        if rows:
            mark_changed(made, by=by, now=now)
        changes = [("cloned_from", stored.name, stored.name), ("files", str(len(rows)), str(len(rows)))]
        record(Act.INPUT_CLONED, made, school=stored.school, changes=changes)
    return made


def clear_input(found: Input, *, by: str, now: datetime) -> int:
    """Take every file out of the input, and return how many there were. Deliveries that are open stay so."""
    with transaction.atomic():
        stored = locked(found)
        count = InputFile.objects.filter(input=stored).delete()[0]
        if count:
            mark_changed(stored, by=by, now=now)
            record(Act.INPUT_CLEARED, stored, school=stored.school, changes=[("files", str(count), "0")])
    return count


def remove_file(found: Input, file_id: int, *, by: str, now: datetime) -> InputFile:
    """Take one file out of the input. Raises NotFound."""
    with transaction.atomic():
        stored = locked(found)
        file = InputFile.objects.filter(input=stored, pk=file_id).first()
        if file is None:
            raise NotFound(_("There is no such file in %(input)s. Nothing was done.") % {"input": stored.name})
        InputFile.objects.filter(pk=file.pk).delete()
        mark_changed(stored, by=by, now=now)
        record(Act.INPUT_FILE_REMOVED, stored, school=stored.school, note=quoted(file.path.path))
    return file


def delete_input(found: Input) -> None:
    """Delete the input with its files. Raises Refused while a sync profile reads it, naming each."""
    with transaction.atomic():
        # Whoever saves a profile holds the school too: no profile takes the input meanwhile.
        School.objects.select_for_update().get(pk=found.school_id)
        stored = locked(found)
        if names := profiles_reading(stored):
            words = _(
                "%(input)s is the data source of %(profiles)s. It was not deleted. Choose another data source there "
                "first, in Manage Sync."
            )
            raise Refused(words % {"input": stored.name, "profiles": list_words(names)})
        tokens = list(DeliveredArchive.objects.filter(delivery__input=stored).values_list("token", flat=True))
        files = InputFile.objects.filter(input=stored).count()
        record(Act.INPUT_DELETED, stored, school=stored.school, changes=[("files", str(files), None)])
        stored.delete()
    forget_archives(tokens)


def _made(school: School, name: str, description: str, *, by: str, now: datetime) -> Input:
    free = _free_name(school, name)
    return Input.objects.create(
        school=school,
        name=free,
        name_key=free.casefold(),
        description=_checked_description(description),
        created_at=now,
        created_by=by[:200],
    )


def _free_name(school: School, name: str, *, but: Input | None = None) -> str:
    name = checked_input_name(name)
    others = Input.objects.filter(school=school, name_key=name.casefold())
    if but is not None:
        others = others.exclude(pk=but.pk)
    other = others.first()
    if other is not None:
        words = _("There is already an input %(name)s in this school. Nothing was saved. Choose another name.")
        raise Refused(words % {"name": quoted(other.name)})
    return name


def _checked_description(text: str) -> str:
    text = one_line(text)
    if len(text) > LONGEST_DESCRIPTION:
        words = _("The description is longer than %(most)d characters. Nothing was saved. Shorten it.")
        raise WrongUse(words % {"most": LONGEST_DESCRIPTION})
    return text
