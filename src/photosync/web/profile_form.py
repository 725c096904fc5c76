"""What one sets on Manage Sync. The rules are the services'; this reads fields into what they take."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from photosync.core.errors import PhotoSyncError
from photosync.core.people import IdentifierKey
from photosync.web.frequency_form import FrequencyForm, initial_of
from photosync.web.kind_articles import SOURCE_ARTICLES, HelpLink, help_link, matching_links
from photosync.web.number_field import whole_number
from photosync.web.source_words import CHOICES, HELP, LABELS

LONGEST_OPTION = 4096
YES_OR_NO = frozenset({"yes", "no"})
KEYS: dict[str, Any] = {
    IdentifierKey.STUDENT_CODE: _("Student code"),
    IdentifierKey.STAFF_CODE: _("Staff code"),
    IdentifierKey.ALTERNATE_ID: _("Alternate identifier"),
    IdentifierKey.USERNAME: _("Username"),
    IdentifierKey.EMAIL: _("E-mail address"),
}
CODES = (IdentifierKey.STUDENT_CODE, IdentifierKey.STAFF_CODE)


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
            self.fields[f"option-{option.name}"] = option_field(self.kind.name, option, stored, is_kept=is_kept)
            if is_kept and not option.required:
                self.fields[f"option-{option.name}-forget"] = forget_field(self.kind.name, option)
        let_choose_kind(self.fields, "source_kind", "#profile-sheet", data)

    @property
    def kind_help(self) -> HelpLink:
        """Where Help explains the kind of data source that is chosen."""
        return help_link(SOURCE_ARTICLES[self.kind.name])

    @property
    def matching_help(self) -> list[HelpLink]:
        return matching_links(self.kind.options)

    @property
    def option_fields(self) -> list[forms.BoundField]:
        """The fields of the data source and query set, but for the switches and what is seldom needed."""
        return self._options(seldom=False)

    @property
    def seldom_fields(self) -> list[forms.BoundField]:
        """The fields that most sources of this kind leave as they are."""
        return self._options(seldom=True)

    @property
    def uses_seldom_fields(self) -> bool:
        """Whether one of these is set, or has an error, so that they are to be seen."""
        defaults = {f"option-{option.name}": option.default for option in self.kind.options}
        return any(each.errors or (each.value() or "") != defaults[each.name] for each in self.seldom_fields)

    def _options(self, *, seldom: bool) -> list[forms.BoundField]:
        names = {f"option-{option.name}" for option in self.kind.options if option.seldom is seldom}
        return [self[name] for name in self.fields if name in names - {"option-key"} and not self._is_switch(name)]

    @property
    def match_keys(self) -> forms.BoundField | None:
        """The identifiers that a file's name may be; None where the kind of source has no choice of them."""
        return self["option-key"] if "option-key" in self.fields else None

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
        options = options_sent(self.kind.options, cleaned, self._kept)
        components = [name for name in ("students", "staff") if cleaned[name]]
        if "option-key" in cleaned:
            options["key"] = _keys_told(cleaned["option-key"], components)
        return ProfileSettings(
            name=cleaned["name"],
            source_kind=self.kind.name,
            options=options,
            components=components,
            when_missing=cleaned["when_missing"],
            replace_share_percent=cleaned["replace_share_percent"],
            replace_number=cleaned["replace_number"],
            withdraw_share_percent=cleaned["withdraw_share_percent"],
            withdraw_number=cleaned["withdraw_number"],
            ping_url=cleaned["ping_url"],
            hold_until_archived=cleaned["hold_until_archived"],
        )


def let_choose_kind(fields: Mapping[str, forms.Field], kind: str, sheet: str, data: QueryDict | None) -> None:
    """Another kind has other fields: the sheet is drawn anew when it is chosen, and misses nothing until Save."""
    widget = fields[kind].widget
    widget.attrs |= {"hx-post": "", "hx-trigger": "change", "hx-swap": "outerHTML"}
    widget.attrs |= dict.fromkeys(("hx-target", "hx-select"), sheet)
    if data is not None and not {"save", "test"} & set(data):
        for name, field in fields.items():
            if not data.get(name):
                field.required = False


def options_sent(options: Sequence[Option], cleaned: Mapping[str, Any], kept: Collection[str]) -> dict[str, str]:
    """Return the options as they were sent; a secret that is `kept` stays stored unless it is to be forgotten."""
    found = {}
    for option in options:
        value = cleaned[f"option-{option.name}"]
        if option.name in kept and not value and not cleaned.get(f"option-{option.name}-forget"):
            continue
        found[option.name] = ("yes" if value else "") if isinstance(value, bool) else str(value)
    return found


def show_refusal(form: forms.Form, refusal: PhotoSyncError) -> None:
    """Say what was refused beside the option or name that it is about, else above the form; the summary says both."""
    beside = next((each for each in (f"option-{refusal.option}", refusal.option) if each in form.fields), None)
    form.add_error(beside, refusal.message)


def say_secrets_are_gone(form: forms.Form, options: Sequence[Option]) -> None:
    """Say beside each secret that was sent that it is to be typed in again: the whole page is drawn anew."""
    for option in options:
        if option.secret and form.data.get(f"option-{option.name}"):
            form[f"option-{option.name}"].help_text = _(
                "What you typed in is not sent back to you, and was not saved. Type it in again."
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


def forget_field(kind: str, option: Option) -> forms.Field:
    label = _in_words(LABELS, kind, option.name, option.name)
    return forms.BooleanField(label=_("Forget: %(option)s") % {"option": label}, required=False)


def secret_field(kind: str, option: Option, label: Any, *, is_kept: bool) -> forms.Field:
    """Return the field of a secret. What is typed in outlives the form being drawn anew in the browser.

    The server never sends a secret back; with the kind in its id it does not become that of another kind.
    """
    kept = _("One is stored. It is never shown again; leave this empty to keep it.")
    stays = {"id": f"id_option-{kind}-{option.name}", "hx-preserve": "true"}
    return forms.CharField(
        label=label,
        required=option.required and not is_kept,
        max_length=LONGEST_OPTION,
        help_text=kept if is_kept else _("It is stored encrypted and never shown again."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"} | stays)
        if option.long
        else forms.PasswordInput(attrs={"autocomplete": "new-password"} | stays),
        error_messages={"required": _("This is needed. Nothing was saved.")},
    )


def _in_words(words: Mapping[str, Any], kind: str, option: str, otherwise: str) -> Any:
    return words.get(f"{kind}.{option}", words.get(option, otherwise))


def option_field(kind: str, option: Option, stored: Mapping[str, Any], *, is_kept: bool) -> forms.Field:
    """Return the field of an option, filled in as it is stored; a secret that is kept need not be entered again."""
    label = _in_words(LABELS, kind, option.name, option.name)
    if option.secret:
        return secret_field(kind, option, label, is_kept=is_kept)
    value = str(stored.get(option.name) or option.default)
    if set(option.choices) == YES_OR_NO:
        return forms.BooleanField(label=label, required=False, initial=value == "yes")
    if option.name == "key":
        return forms.MultipleChoiceField(
            label=label,
            required=False,
            initial=[each.strip() for each in value.split(",")] if value else list(CODES),
            choices=list(KEYS.items()),
            widget=forms.CheckboxSelectMultiple,
        )
    if option.choices:
        named = [
            (each, CHOICES.get(f"{kind}.{option.name}.{each}", _in_words(CHOICES, option.name, each, each)))
            for each in option.choices
        ]
        told = _in_words(HELP, kind, option.name, "")
        return forms.ChoiceField(label=label, required=False, initial=value, choices=named, help_text=told)
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


def _keys_told(chosen: Sequence[str], components: Sequence[str]) -> str:
    """Return the option `key` for what was ticked; empty for the codes of all who are synced, which is the default.

    A key of people who are not synced goes with their component: it would find nobody.
    """
    useful = [
        key for key in IdentifierKey if key in chosen and {kind.component for kind in key.kinds} & {*components}
    ]
    codes = [key for key in CODES if {kind.component for kind in key.kinds} & {*components}]
    return "" if useful == codes else ",".join(useful)


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
