"""What one sets on a saved roster. The rules are the services'; this reads fields into what they take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from photosync.apps.people.roster.columns import FIELDS, IGNORE, fields_for, plain_name, usual_names
from photosync.apps.profiles.source_secrets import secret_names
from photosync.apps.rosters.models import DEFAULT_FREQUENCY, LONGEST_NAME, RosterReading, SavedRoster
from photosync.apps.rosters.settings import ON_DEMAND, RosterSettings
from photosync.apps.rosters.trying import TriedRoster
from photosync.connectors.roster.registry import kinds
from photosync.core.people import PersonKind
from photosync.core.roster_guard import LARGEST_NUMBER
from photosync.web.frequency_form import SORTS, FrequencyForm, initial_of
from photosync.web.kind_articles import ROSTER_ARTICLES, HelpLink, help_link
from photosync.web.number_field import whole_number
from photosync.web.profile_form import forget_field, let_choose_kind, option_field, options_sent
from photosync.web.roster_form import FIELD_WORDS

MOST_COLUMNS = 300
DEMAND = "demand"


class ReadingTimeForm(FrequencyForm):
    """When a roster is read: as often as a sync profile may run, or on demand only; then `text` is empty."""

    sort = forms.ChoiceField(label=_("It is read"), choices=(*SORTS, (DEMAND, _("on demand only"))))
    mode = None  # type: ignore[assignment]  # so Django takes a field away

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("sort") == DEMAND:
            self.text = ""
            return self.cleaned_data
        return super().clean()


class SavedRosterForm(forms.Form):
    """Everything of a roster but its columns and its time; the options of its kind among it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type in a name. Nothing was saved.")},
    )
    kind = forms.ChoiceField(label=_("Kind"))
    students = forms.BooleanField(label=_("Students"), required=False)
    staff = forms.BooleanField(label=_("Staff"), required=False)
    scope = forms.ChoiceField(
        label=_("Whom it names"),
        choices=(
            ("everyone", _("everyone: who is not in it any more has left")),
            ("stay", _("everyone: who is not in it any more stays")),
            ("updates", _("new people and changes only")),
        ),
        help_text=_("Who has left is on no wall. The photos are kept, and erased when their time is over."),
    )
    leave_share_percent = whole_number(_("% of people who leave"), least=0, most=100)
    leave_number = whole_number(_("people who leave"), least=0, most=LARGEST_NUMBER)

    def __init__(self, data: QueryDict | None, roster: SavedRoster) -> None:
        super().__init__(data, initial=_initial(roster))
        known = {kind.name: kind for kind in kinds()}
        self.fields["kind"].choices = [(kind.name, kind.title) for kind in known.values()]  # type: ignore[attr-defined]  # a ChoiceField's
        chosen = data.get("kind") if data is not None else roster.kind
        self.chosen_kind = known.get(str(chosen)) or kinds()[0]
        stored = dict(roster.options) if roster.kind == self.chosen_kind.name else {}
        self._kept = (
            set(secret_names(roster)) & self.chosen_kind.secrets if roster.kind == self.chosen_kind.name else set()
        )
        for option in self.chosen_kind.options:
            is_kept = option.name in self._kept
            self.fields[f"option-{option.name}"] = option_field(
                self.chosen_kind.name, option, stored, is_kept=is_kept
            )
            if is_kept and not option.required:
                self.fields[f"option-{option.name}-forget"] = forget_field(self.chosen_kind.name, option)
        let_choose_kind(self.fields, "kind", "#roster-sheet", data)

    @property
    def kind_help(self) -> HelpLink:
        """Where Help explains the kind of roster that is chosen."""
        return help_link(ROSTER_ARTICLES[self.chosen_kind.name])

    @property
    def option_fields(self) -> list[forms.BoundField]:
        names = [name for name in self.fields if name.startswith("option-")]
        return [self[name] for name in names if not isinstance(self.fields[name], forms.BooleanField)]

    @property
    def option_switches(self) -> list[forms.BoundField]:
        names = [name for name in self.fields if name.startswith("option-")]
        return [self[name] for name in names if isinstance(self.fields[name], forms.BooleanField)]

    def settings(self, mapping: Mapping[str, str], frequency: str) -> RosterSettings:
        cleaned = self.cleaned_data
        return RosterSettings(
            name=cleaned["name"],
            kind=self.chosen_kind.name,
            options=options_sent(self.chosen_kind.options, cleaned, self._kept),
            mapping=mapping,
            components=[name for name in ("students", "staff") if cleaned[name]],
            is_whole=cleaned["scope"] != "updates",
            missing_leave=cleaned["scope"] != "stay",
            leave_share_percent=cleaned["leave_share_percent"],
            leave_number=cleaned["leave_number"],
            frequency=frequency or ON_DEMAND,
        )


def _initial(roster: SavedRoster) -> dict[str, Any]:
    scope = "everyone" if roster.concludes_leaving else "stay" if roster.is_whole else "updates"
    return {
        "name": roster.name,
        "kind": roster.kind,
        "students": roster.reads_students,
        "staff": roster.reads_staff and bool(roster.kind),
        "scope": scope,
        "leave_share_percent": roster.leave_share_percent,
        "leave_number": roster.leave_number,
    }


def time_form(data: QueryDict | None, roster: SavedRoster) -> ReadingTimeForm:
    frequency = roster.frequency if roster.kind else DEFAULT_FREQUENCY
    initial = initial_of(frequency, "full") if frequency else {"sort": DEMAND}
    return ReadingTimeForm(data, prefix="when", initial=initial)


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column and what it holds: `chosen` is empty where its name says it; `by_name` is what that is."""

    place: int
    name: str
    chosen: str
    by_name: str
    choices: tuple[tuple[str, Any], ...]


def column_choices(
    data: QueryDict | None, roster: SavedRoster, kinds_read: Sequence[PersonKind], tried: TriedRoster | None
) -> list[ColumnChoice]:
    """Return the columns that are known: as sent, else of the last reading, with those that were just found."""
    chosen = dict(_sent(data)) if data is not None else dict(roster.mapping)
    names = list(chosen)
    if data is None and roster.pk:
        names += _columns_last_read(roster)
    if tried is not None:
        # What is there now; a column that was mapped and is gone stays in sight.
        there = [name for part in tried.parts for name in part.header if name]
        names = [*there, *(name for name in names if chosen.get(name))]
    named = list(dict.fromkeys(names))[:MOST_COLUMNS]
    allowed = {IGNORE, *(field for kind in kinds_read for field in fields_for(kind))}
    fields = tuple((field, FIELD_WORDS[field]) for field in (*FIELDS, IGNORE) if field in allowed)
    usual = {name: field for kind in kinds_read for name, field in usual_names(kind).items()}
    return [
        ColumnChoice(place, name, chosen.get(name, ""), _by_name(name, usual), fields)
        for place, name in enumerate(named)
    ]


def mapping_sent(data: QueryDict, roster: SavedRoster) -> dict[str, str]:
    """Return the mapping as it was sent; a column that is mapped no more is given empty."""
    sent = dict(_sent(data))
    known = {*FIELDS, IGNORE, ""}
    gone = {name: "" for name in roster.mapping if name not in sent} if "columns" in data else {}
    return gone | {name: field for name, field in sent.items() if field in known}


def _sent(data: QueryDict) -> Iterator[tuple[str, str]]:
    for place in range(MOST_COLUMNS):
        name = data.get(f"column-{place}")
        if name is None:
            return
        yield name, data.get(f"field-{place}", "")


def _by_name(name: str, usual: Mapping[str, str]) -> str:
    return str(FIELD_WORDS[usual.get(plain_name(name), IGNORE)])


def _columns_last_read(roster: SavedRoster) -> list[str]:
    last = RosterReading.objects.filter(roster=roster).exclude(columns={}).first()
    if last is None:
        return []
    return [name for each in last.columns.values() for name in (*each["used"], *each["unused"])]
