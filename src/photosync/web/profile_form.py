"""What one sets on Manage Sync. The rules are the services'; this reads fields into what they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from photosync.apps.inputs.queries import inputs_of
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.ping_address import LONGEST as LONGEST_PING_ADDRESS
from photosync.apps.profiles.ping_address import masked_ping_address, ping_address
from photosync.apps.profiles.saving import WantedPeriod, WantedProfile
from photosync.apps.profiles.settings import LARGEST_NUMBER, LONGEST_NAME, ProfileSettings
from photosync.apps.profiles.source_secrets import secret_names
from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from photosync.connectors import registry
from photosync.connectors.registry import Option
from photosync.core.people import IdentifierKey
from photosync.web.frequency_form import FrequencyForm, initial_of
from photosync.web.number_field import whole_number

LONGEST_OPTION = 4096
YES_OR_NO = frozenset({"yes", "no"})
LABELS: dict[str, Any] = {
    "path": _("Folder"),
    "archive.path": _("ZIP file"),
    "input": _("Input"),
    "match": _("Match files by"),
    "pattern": _("File-name pattern"),
    "index": _("Index file"),
    "key": _("Match key"),
    "ignore_case": _("Upper and lower case are equal"),
    "ignore_leading_zeros": _("Ignore leading zeros"),
    "names": _("Encoding of file names"),
}
"""By the name of the option; where a kind calls for other words, by that of the kind before it."""
HELP: dict[str, Any] = {
    "path": _("The whole path of the folder on the server, for example /srv/photos. Subfolders are read too."),
    "archive.path": _("The whole path of the ZIP file on the server, for example /srv/photos/2026.zip."),
    "pattern": _("What file names look like, for example {code}_{any}. Only with Match files by: pattern."),
    "index": _("The file in the data source that says which picture is whose. Only with Match files by: index file."),
    "archive.index": _(
        "The file inside the ZIP that says which picture is whose, for example idlink.txt. "
        "Only with Match files by: index file."
    ),
}
CHOICES: dict[str, Any] = {
    "stem": _("the whole file name without its ending"),
    "pattern": _("a pattern with a named part"),
    "index": _("an index file"),
    "auto": _("found out: UTF-8, else CP437"),
    "utf-8": _("UTF-8"),
    "cp437": _("CP437, of older Windows programs"),
}
KEYS: dict[str, Any] = {
    "": _("student code and staff code"),
    IdentifierKey.STUDENT_CODE: _("student code"),
    IdentifierKey.STAFF_CODE: _("staff code"),
    IdentifierKey.ALTERNATE_ID: _("alternate identifier"),
    IdentifierKey.USERNAME: _("username"),
    IdentifierKey.EMAIL: _("e-mail"),
}


def _limit(label: Any, most: int, initial: int) -> forms.IntegerField:
    return whole_number(label, least=0, most=most, initial=initial)


class ProfileForm(forms.Form):
    """Everything of a profile but its timetable periods; `options` of its kind of data source among it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        initial="Photo Sync",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type in a name. Nothing was saved.")},
    )
    source_kind = forms.ChoiceField(label=_("Data source"))
    students = forms.BooleanField(label=_("Students"), required=False, initial=True)
    staff = forms.BooleanField(label=_("Staff"), required=False, initial=True)
    scheduled_sync_enabled = forms.BooleanField(label=_("Scheduled Sync Enabled"), required=False, initial=True)
    replace_share_percent = _limit(_("% of photos replaced"), 100, 30)
    replace_number = _limit(_("photos replaced"), LARGEST_NUMBER, 20)
    withdraw_share_percent = _limit(_("% of photos withdrawn"), 100, 5)
    withdraw_number = _limit(_("photos withdrawn"), LARGEST_NUMBER, 5)
    when_missing = forms.ChoiceField(
        label=_("When the source no longer has a photo"), choices=SyncProfile.WhenMissing.choices
    )
    hold_until_archived = forms.BooleanField(
        label=_("Hold until reports are archived"),
        required=False,
        initial=True,
        help_text=_(
            "While a reporting cycle is open, the face of whoever is in it changes only once the report is archived. "
            "First photos come all the same."
        ),
    )

    ping_url = forms.CharField(
        label=_("Ping address"),
        required=False,
        max_length=LONGEST_PING_ADDRESS,
        help_text=_(
            "Called after each good run, so that a monitor outside notices when there is none. Whoever knows it can "
            "say that all is well: it is shown only to those who may change this page."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )

    def __init__(
        self, data: QueryDict | None, profile: SyncProfile | None, *, school: School, may_change: bool
    ) -> None:
        initial = _initial(profile, reveals=may_change) if profile is not None else None
        super().__init__(data, initial=initial)
        self.fields["source_kind"].choices = [(kind.name, kind.title) for kind in registry.kinds()]  # type: ignore[attr-defined]  # a ChoiceField's
        chosen = data.get("source_kind") if data is not None else profile.source_kind if profile else ""
        kinds = {kind.name: kind for kind in registry.kinds()}
        self.kind = kinds.get(str(chosen)) or registry.kinds()[0]
        same_kind = profile is not None and profile.source_kind == self.kind.name
        stored = dict(profile.options) if profile is not None else {}
        self._kept = set(secret_names(profile)) & self.kind.secrets if profile is not None and same_kind else set()
        for option in self.kind.options:
            if (self.kind.name, option.name) == ("input", "input"):
                self.fields["option-input"] = _input_field(school, stored)
                continue
            is_kept = option.name in self._kept
            self.fields[f"option-{option.name}"] = _field_of(self.kind.name, option, stored, is_kept=is_kept)
            if is_kept and not option.required:
                self.fields[f"option-{option.name}-forget"] = _forget_field(option)
        self._let_choose_kind(data)

    def _let_choose_kind(self, data: QueryDict | None) -> None:
        """Another kind has other fields: the sheet is drawn anew when it is chosen, and misses nothing until Save."""
        widget = self.fields["source_kind"].widget
        widget.attrs |= {"hx-post": "", "hx-trigger": "change", "hx-swap": "outerHTML"}
        widget.attrs |= dict.fromkeys(("hx-target", "hx-select"), "#profile-sheet")
        if data is not None and not {"save", "test"} & set(data):
            for name, field in self.fields.items():
                if name.startswith("option-") and name not in data:
                    field.required = False

    @property
    def option_fields(self) -> list[forms.BoundField]:
        """The fields of the data source and query set, but for the switches."""
        return [self[name] for name in self.fields if name.startswith("option-") and not self._is_switch(name)]

    @property
    def option_switches(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("option-") and self._is_switch(name)]

    @property
    def limits(self) -> list[forms.BoundField]:
        names = ("replace_share_percent", "replace_number", "withdraw_share_percent", "withdraw_number")
        return [self[name] for name in names]

    def _is_switch(self, name: str) -> bool:
        return isinstance(self.fields[name], forms.BooleanField)

    def settings(self) -> ProfileSettings:
        cleaned = self.cleaned_data
        options = {}
        for option in self.kind.options:
            value = cleaned[f"option-{option.name}"]
            if option.name in self._kept and not value and not cleaned.get(f"option-{option.name}-forget"):
                continue  # a secret that is stored stays so
            options[option.name] = ("yes" if value else "") if isinstance(value, bool) else str(value)
        return ProfileSettings(
            name=cleaned["name"],
            source_kind=self.kind.name,
            options=options,
            components=[name for name in ("students", "staff") if cleaned[name]],
            when_missing=cleaned["when_missing"],
            replace_share_percent=cleaned["replace_share_percent"],
            replace_number=cleaned["replace_number"],
            withdraw_share_percent=cleaned["withdraw_share_percent"],
            withdraw_number=cleaned["withdraw_number"],
            ping_url=cleaned["ping_url"],
            hold_until_archived=cleaned["hold_until_archived"],
        )


def _input_field(school: School, stored: Mapping[str, Any]) -> forms.Field:
    found = [(each.option, each.name) for each in inputs_of(school)]
    needed = _("Choose an input. Nothing was saved.")
    return forms.ChoiceField(
        label=LABELS["input"],
        choices=[("", _("Choose one")), *found],
        initial=stored.get("input", ""),
        help_text=_("Photos are delivered into it in Sync UI > Inputs.")
        if found
        else _("There is no input yet. Make one in Sync UI > Inputs, then choose it here."),
        error_messages={"required": needed, "invalid_choice": needed},
    )


def _forget_field(option: Option) -> forms.Field:
    label = LABELS.get(option.name, option.name)
    return forms.BooleanField(label=_("Forget: %(option)s") % {"option": label}, required=False)


def _secret_field(option: Option, label: Any, *, is_kept: bool) -> forms.Field:
    kept = _("One is stored. It is never shown again; leave this empty to keep it.")
    return forms.CharField(
        label=label,
        required=option.required and not is_kept,
        max_length=LONGEST_OPTION,
        help_text=kept if is_kept else _("It is stored encrypted and never shown again."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"})
        if option.long
        else forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("This is needed. Nothing was saved.")},
    )


def _in_words(words: Mapping[str, Any], kind: str, option: str, otherwise: str) -> Any:
    return words.get(f"{kind}.{option}", words.get(option, otherwise))


def _field_of(kind: str, option: Option, stored: Mapping[str, Any], *, is_kept: bool) -> forms.Field:
    label = _in_words(LABELS, kind, option.name, option.name)
    if option.secret:
        return _secret_field(option, label, is_kept=is_kept)
    value = str(stored.get(option.name) or option.default)
    if set(option.choices) == YES_OR_NO:
        return forms.BooleanField(label=label, required=False, initial=value == "yes")
    if option.name == "key":
        known = KEYS if value in KEYS else KEYS | {value: value.replace(",", ", ")}
        return forms.ChoiceField(label=label, required=False, initial=value, choices=list(known.items()))
    if option.choices:
        named = [(each, CHOICES.get(each, each)) for each in option.choices]
        return forms.ChoiceField(label=label, required=False, initial=value, choices=named)
    return forms.CharField(
        label=label,
        required=option.required,
        max_length=LONGEST_OPTION,
        initial=value,
        help_text=_in_words(HELP, kind, option.name, option.help),
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"})
        if option.long
        else forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("This is needed. Nothing was saved.")},
    )


def _initial(profile: SyncProfile, *, reveals: bool) -> dict[str, Any]:
    plain = (
        "name",
        "source_kind",
        "scheduled_sync_enabled",
        "when_missing",
        "replace_share_percent",
        "replace_number",
        "withdraw_share_percent",
        "withdraw_number",
        "hold_until_archived",
    )
    return {name: getattr(profile, name) for name in plain} | {
        "students": profile.syncs_students,
        "staff": profile.syncs_staff,
        "ping_url": ping_address(profile) if reveals else masked_ping_address(profile),
    }


class AssignedRow:
    """One timetable period on the page, with the fields of its frequency and mode."""

    def __init__(self, period: TimetablePeriod, form: FrequencyForm, otherwise: tuple[str, str]) -> None:
        self.period = period
        self.form = form
        self._otherwise = otherwise

    def focus(self) -> None:
        """Let the keyboard go on at the frequency, once the row is on the page."""
        self.form.fields["sort"].widget.attrs["data-focus"] = True

    @property
    def problems(self) -> list[tuple[forms.BoundField, str]]:
        """Every field that cannot be read, with the reason."""
        if not self.form.is_bound:
            return []
        return [(field, str(error)) for field in self.form for error in field.errors]

    @classmethod
    def of(cls, period: TimetablePeriod, data: QueryDict | None, stored: tuple[str, str] | None) -> AssignedRow:
        """Return the row as it was sent, else as it is stored, else as a new one begins."""
        prefix = f"p{period.pk}"
        sent = data if data is not None and f"{prefix}-sort" in data else None
        otherwise = stored or ("nightly", "full")
        return cls(period, FrequencyForm(sent, prefix=prefix, initial=initial_of(*otherwise)), otherwise)

    def wanted(self) -> WantedPeriod | None:
        """Return the period as it is to be assigned, or None where a field cannot be read."""
        if not self.form.is_bound:
            return WantedPeriod(self.period, *self._otherwise)
        if not self.form.is_valid():
            return None
        return WantedPeriod(self.period, self.form.text, self.form.cleaned_data["mode"])


def wanted_profile(form: ProfileForm, rows: Sequence[AssignedRow]) -> WantedProfile | None:
    """Return what is to be saved, or None where a field cannot be read."""
    periods = [row.wanted() for row in rows]
    if not form.is_valid() or None in periods:
        return None
    return WantedProfile(
        settings=form.settings(),
        enabled=form.cleaned_data["scheduled_sync_enabled"],
        periods=[each for each in periods if each is not None],
    )
