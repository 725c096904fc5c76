"""What may be set on a profile: its name, source, match rule, components and limits; checked before saved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

from django.conf import settings

from photosync.apps.inputs.queries import input_called
from photosync.apps.inputs.shelf import SchoolInputs
from photosync.apps.people.models import Identifier
from photosync.apps.profiles.matching import FLAG_OPTIONS, flag_word, rule_from
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.ping_address import ping_address_told, set_ping_address
from photosync.apps.profiles.places import (
    Called,
    check_secrets_stay,
    has_leave,
    needs_leave,
    options_now,
    options_that_fit,
    put_options,
)
from photosync.apps.profiles.queries import limits_of, match_rule
from photosync.apps.profiles.source_secrets import secrets_told
from photosync.apps.schools.models import School
from photosync.connectors import registry
from photosync.connectors.input.kind import INPUT
from photosync.core.errors import Refused, WrongUse, about_option
from photosync.core.match_rules import MatchMode
from photosync.core.people import EXACT, PersonKind, quoted, refuse_if_merging

LONGEST_NAME = 100
LARGEST_NUMBER = 1_000_000
COMPONENTS = {kind.component: kind for kind in PersonKind}
CALLED = Called("The source", "server", "Nothing was changed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSettings:
    """Changes of a profile; None leaves a setting as it is. `options` are merged, "" removes one.

    `ping_url` is called after each good run; "" takes it away.
    """

    name: str | None = None
    source_kind: str | None = None
    options: Mapping[str, str] | None = None
    components: Collection[str] | None = None
    when_missing: str | None = None
    replace_share_percent: int | None = None
    replace_number: int | None = None
    withdraw_share_percent: int | None = None
    withdraw_number: int | None = None
    ping_url: str | None = None
    hold_until_archived: bool | None = None

    @property
    def changes_source(self) -> bool:
        return self.source_kind is not None or self.options is not None


def settings_told(profile: SyncProfile) -> dict[str, object]:
    """Return what is recorded of a profile when it changes: every setting, each option by its own name."""
    return {
        "name": profile.name,
        "scheduled_sync_enabled": profile.scheduled_sync_enabled,
        "source": profile.source_kind,
        **{f"option {name}": value for name, value in sorted(profile.options.items())},
        **secrets_told(profile),
        "source_may_be_anywhere": profile.source_may_be_anywhere,
        "components": ", ".join(PersonKind(kind).component for kind in profile.components),
        "when_missing": str(profile.when_missing),
        **{name: getattr(profile, name) for name in _PLAIN},
        "ping_address": ping_address_told(profile) or None,
    }


_PLAIN = (
    "replace_share_percent",
    "replace_number",
    "withdraw_share_percent",
    "withdraw_number",
    "hold_until_archived",
)


def apply_settings(profile: SyncProfile, changes: ProfileSettings, *, anywhere: bool) -> None:
    """Set `changes` on `profile` and check the outcome as a whole; the caller saves it.

    `anywhere` is true for the user of the command line, who may choose a source outside the allowed roots.
    Raises WrongUse, Refused.
    """
    if changes.name is not None:
        profile.name = _checked_name(profile, changes.name)
    if changes.components is not None:
        kinds = _kinds(changes.components)
        profile.syncs_students = PersonKind.STUDENT in kinds
        profile.syncs_staff = PersonKind.STAFF in kinds
    if changes.when_missing is not None:
        profile.when_missing = _checked_when_missing(changes.when_missing)
    if changes.ping_url is not None:
        set_ping_address(profile, changes.ping_url)
    _set_limits(profile, changes)
    if changes.changes_source:
        _set_source(profile, changes, anywhere=anywhere)
    if changes.changes_source or changes.components is not None:
        _check_matching(profile)


def _set_limits(profile: SyncProfile, changes: ProfileSettings) -> None:
    for field in fields(changes):
        value = getattr(changes, field.name)
        if field.name in _PLAIN and value is not None:
            setattr(profile, field.name, value)
    limits_of(profile)
    if max(profile.replace_number, profile.withdraw_number) > LARGEST_NUMBER:
        raise WrongUse(f"A limit cannot be more than {LARGEST_NUMBER} photos. Nothing was changed.")


def _set_source(profile: SyncProfile, changes: ProfileSettings, *, anywhere: bool) -> None:
    former = options_now(profile)
    kind, given = wanted_source(profile, changes)
    if kind.name == INPUT.name:
        # By its number, so that it may be renamed.
        given["input"] = input_called(profile.school, given["input"]).option
    profile.source_kind = kind.name
    put_options(profile, kind.secrets, given)
    leave = anywhere or has_leave(former, given, granted=profile.source_may_be_anywhere)
    profile.source_may_be_anywhere = _open_once(profile, given, may_override=leave)


def wanted_source(profile: SyncProfile, changes: ProfileSettings) -> tuple[registry.ConnectorKind, dict[str, str]]:
    """Return the kind and all options, secrets among them, that `changes` would give the profile. Raises WrongUse."""
    former = options_now(profile)
    asked = {name.strip(): value.strip() for name, value in (changes.options or {}).items()}
    kind = registry.shipped().kind((changes.source_kind or profile.source_kind).strip())
    if kind.name != profile.source_kind:
        # What the former kind alone knows says nothing of another source; nor do its secrets.
        former = options_that_fit(kind.options, former)
    elif _is_moved(kind, former, asked):
        check_secrets_stay(CALLED, kind.secrets, former, asked)
    wanted = former | asked
    given = {name: value for name, value in wanted.items() if value}
    if kind.is_of_records:
        given.setdefault("match", str(MatchMode.COLUMN))
    for name in FLAG_OPTIONS & set(given):
        given[name] = flag_word(given, name)
    components = profile.components if changes.components is None else component_kinds(changes.components)
    mode = rule_from(given, components).mode
    if mode is not MatchMode.STEM:
        given["match"] = str(mode)
    registry.check_options(kind.name, given)
    return kind, given


def _is_moved(kind: registry.ConnectorKind, former: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    """Whether an option that leads to a server leads to another."""
    return any(
        option.leads
        and _server_in(asked.get(option.name, former.get(option.name, ""))) != _server_in(former.get(option.name, ""))
        for option in kind.options
    )


def _server_in(address: str) -> str:
    """Return the scheme, host and port of an address, or the name of a host as it is."""
    scheme, is_whole, rest = address.strip().lower().partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if is_whole else scheme.partition("/")[0]


def _open_once(profile: SyncProfile, given: Mapping[str, str], *, may_override: bool) -> bool:
    """Return whether the source needs the operator's leave to be where it is. Raises Refused without it."""

    def try_open(*, may_override: bool) -> None:
        guard = source_guard(profile.school, may_override=may_override)
        registry.open_source(profile.source_kind, given, guard=guard).close()

    return needs_leave(try_open, may_override=may_override)


def source_guard(school: School, *, may_override: bool) -> registry.Guard:
    """Return what a source of `school` may reach; `may_override` for what the operator chose."""
    return registry.Guard(
        source_roots=tuple(settings.PHOTOSYNC_SOURCE_ROOTS),
        data_folder=settings.PHOTOSYNC_DATA,
        may_override=may_override,
        allowed_ranges=settings.PHOTOSYNC_ALLOWED_RANGES,
        inputs=SchoolInputs(school),
    )


def _check_matching(profile: SyncProfile) -> None:
    """Raise WrongUse for a match rule that does not fit, Refused where it would make two people the same."""
    rule = match_rule(profile)
    if rule.comparison == EXACT:
        return
    for kind in profile.components:
        rows = Identifier.objects.filter(
            school_id=profile.school_id, person__kind=kind, key__in=[str(key) for key in rule.keys]
        )
        refuse_if_merging(rule.comparison, rows.values_list("person_id", "value").iterator(chunk_size=5_000))


@about_option("name")
def _checked_name(profile: SyncProfile, name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise WrongUse(f"A sync profile needs a name of 1 to {LONGEST_NAME} characters. Nothing was saved.")
    others = SyncProfile.objects.filter(school_id=profile.school_id).exclude(pk=profile.pk)
    if others.filter(name__iexact=name).exists():
        raise Refused(
            f"There is already a sync profile {quoted(name)} in this school. Nothing was saved. "
            "Choose another name, or change that one.",
            command_line=f"photosync profile set {quoted(name)}",
        )
    return name


def component_kinds(components: Collection[str]) -> list[str]:
    """Return the kinds of people (`student`, `staff`) of the components that are so called. Raises WrongUse."""
    return [str(kind) for kind in PersonKind if kind in _kinds(components)]


def _kinds(components: Collection[str]) -> set[PersonKind]:
    names = [name.strip().lower() for name in components if name.strip()]
    unknown = [name for name in names if name not in COMPONENTS]
    if unknown or not names:
        said = f"{quoted(unknown[0])} is not a component" if unknown else "A sync profile needs a component"
        raise WrongUse(f"{said}. Nothing was saved. Choose from: {', '.join(COMPONENTS)}.")
    return {COMPONENTS[name] for name in names}


def _checked_when_missing(value: str) -> str:
    value = value.strip().lower()
    if value not in SyncProfile.WhenMissing.values:
        raise WrongUse(
            f"{quoted(value)} is not what can be done when the source no longer has a photo. "
            f"Nothing was saved. Choose one of: {', '.join(SyncProfile.WhenMissing.values)}."
        )
    return value
