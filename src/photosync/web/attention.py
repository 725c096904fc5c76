"""What needs attention at a school, the most urgent first, each with the button that mends it or who can."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import PERMISSIONS, Permission
from photosync.apps.profiles.documents import observed_of
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedules_of
from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.queries import periods_of
from photosync.core.attention import Concern, Wanted, wants_of
from photosync.core.forecast import Forecast, forecast
from photosync.core.health import Health, Observed, health_of
from photosync.core.status import ProfileSchedule
from photosync.web.badge import Badge
from photosync.web.profile_forecast import UPCOMING

KINDS = {
    Concern.NOT_RUNNING: "failing",
    Concern.FAILING: "failing",
    Concern.STALE: "ended",
    Concern.HELD: "held",
    Concern.ENDED: "ended",
    Concern.STOPS_SOON: "ended",
    Concern.DISABLED: "disabled",
}
WORDS = {
    Concern.NOT_RUNNING: gettext_lazy("Not running"),
    Concern.FAILING: gettext_lazy("Failing"),
    Concern.STALE: gettext_lazy("Stale"),
    Concern.HELD: gettext_lazy("Held"),
    Concern.ENDED: gettext_lazy("Ended"),
    Concern.STOPS_SOON: gettext_lazy("Stops soon"),
    Concern.DISABLED: gettext_lazy("Disabled"),
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """A link that mends it; `url` is empty for who may not, and `words` then say who can."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that wants a person. `badge` says of what sort; `url` leads to it, where it is no profile."""

    badge: Badge
    profile: str
    profile_id: int
    sentence: str
    remedy: Remedy | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A profile as it is at one instant."""

    profile: SyncProfile
    schedule: ProfileSchedule
    found: Forecast
    observed: Observed
    health: Health
    wants: tuple[Wanted, ...]


def look_at(profiles: Sequence[SyncProfile], now: datetime) -> list[Looked]:
    """Return each profile as of `now` (UTC), in five queries however many there are."""
    schedules, observed = schedules_of(profiles), observed_of(profiles)
    return [_looked(each, schedules[each.pk], observed[each.pk], now) for each in profiles]


def _looked(profile: SyncProfile, schedule: ProfileSchedule, observed: Observed, now: datetime) -> Looked:
    found = forecast(schedule, now, upcoming=UPCOMING)
    health = health_of(schedule, observed, now)
    wants = wants_of(found, health, observed.watched_since_utc, now, schedule.zone)
    return Looked(profile, schedule, found, observed, health, wants)


def urgent_first(looked: Iterable[Looked]) -> list[tuple[Looked, Wanted]]:
    """Return everything that wants a person: by its urgency, then what stops or stopped first, then the name."""
    every = [(each, wanted) for each in looked for wanted in each.wants]
    return sorted(every, key=lambda it: (it[1].concern.urgency, it[1].on or date.max, it[0].profile.name))


def attention_of(
    school: School, looked: Sequence[Looked], permissions: frozenset[Permission], today: date
) -> list[Attention]:
    """Return what needs attention in `school`, the most urgent first. What is the same for several is told once."""
    periods = list(periods_of(school).filter(end__gte=today).order_by("start"))
    told: dict[tuple[Concern, str], Attention] = {}
    for each, wanted in urgent_first(looked):
        key = (wanted.concern, wanted.sentence if wanted.concern is Concern.NOT_RUNNING else str(each.profile.pk))
        if key in told:
            first = told[key]
            names = f"{first.profile}, {each.profile.name}"
            told[key] = Attention(first.badge, names, first.profile_id, first.sentence, first.remedy)
            continue
        remedy = _remedy(each, wanted.concern, periods, permissions)
        told[key] = Attention(badge_of(wanted.concern), each.profile.name, each.profile.pk, wanted.sentence, remedy)
    return list(told.values())


def badge_of(concern: Concern) -> Badge:
    return Badge(KINDS[concern], str(WORDS[concern]))


def _remedy(
    each: Looked, concern: Concern, periods: Sequence[TimetablePeriod], permissions: frozenset[Permission]
) -> Remedy | None:
    """Return how to mend it. A worker is started by the operator, not here: the sentence says how."""
    observed = each.observed
    if concern is Concern.HELD and observed.held_run is not None:
        url = reverse("run", args=[observed.held_run.run])
        return _for(permissions, Permission.SYNC_APPROVE, _("Compare and decide"), url)
    if concern is Concern.FAILING and observed.failed_run is not None:
        return Remedy(_("Look at the run"), reverse("run", args=[observed.failed_run.run]))
    if concern is Concern.STALE:
        return Remedy(_("Look at the runs"), f"{reverse('runs')}?{urlencode({'profile': each.profile.pk})}")
    if concern in (Concern.ENDED, Concern.STOPS_SOON):
        words = _("Add a timetable period") if each.schedule.stops_on is None else _("Add a later period")
        return _for(permissions, Permission.SYNC_MANAGE, words, _later_period_url(each, periods))
    if concern is Concern.DISABLED:
        url = f"{reverse('profile', args=[each.profile.pk])}#id_scheduled_sync_enabled"
        return _for(permissions, Permission.SYNC_MANAGE, _("Enable"), url)
    return None


def _later_period_url(each: Looked, periods: Sequence[TimetablePeriod]) -> str:
    """Return where a later period is added: Manage Sync's + where there is one, else a copy of the last one."""
    assigned = {one.period.code for one in each.schedule.assigned}
    stops_on = each.schedule.stops_on
    if any(one.code not in assigned and (stops_on is None or one.end > stops_on) for one in periods):
        return f"{reverse('profile', args=[each.profile.pk])}#add_period"
    rows = each.profile.assigned.order_by("-period__end").values_list("period_id", flat=True)
    last = rows.first()
    return reverse("period-copy", args=[last]) if last is not None else reverse("period-new")


def _for(permissions: frozenset[Permission], needed: Permission, words: str, url: str) -> Remedy:
    return Remedy(words, url) if needed in permissions else Remedy(who_can(needed))


def who_can(permission: Permission) -> str:
    """Return who mends it, by the roles that have the permission."""
    roles = [str(Role(role).label).lower() for role, allowed in PERMISSIONS.items() if permission in allowed]
    return _("This needs one of these roles: %(roles)s.") % {"roles": ", ".join(roles)}
