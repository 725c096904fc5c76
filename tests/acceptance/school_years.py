"""Two school years: their dates, who is in which year level, and what the office is told of their ends."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SYDNEY = ZoneInfo("Australia/Sydney")
LEVELS = range(7, 13)
A_DAY = timedelta(days=1)
SUBJECT_OF_A_STOP = "Photo Sync stops {when}, on {date} (Hill School)"
SUBJECT_OF_AN_END = "Photo Sync ended on {date} (Hill School)"


@dataclass(frozen=True, slots=True)
class Year:
    """A school year of two semesters; all days are included."""

    number: int
    first_day: date
    first_semester_ends: date
    second_semester_begins: date
    last_day: date

    @property
    def cycle(self) -> str:
        return f"{self.number} Semester 2"

    @property
    def last_code(self) -> str:
        return f"{self.number}S2"

    def has_lessons(self, day: date) -> bool:
        return (
            self.first_day <= day <= self.first_semester_ends or self.second_semester_begins <= day <= self.last_day
        )

    def stop_words(self) -> str:
        return f"{self.last_day:%A} {self.last_day.day} {self.last_day:%B} {self.last_day.year}"

    def told(self) -> dict[date, list[str]]:
        """Return which messages the office gets on which morning."""
        days = {30: "in 30 days", 14: "in 14 days", 7: "in 7 days", 1: "tomorrow"}
        found = {
            self.last_day - before * A_DAY: [SUBJECT_OF_A_STOP.format(when=when, date=self.stop_words())]
            for before, when in days.items()
        }
        return found | {self.last_day + A_DAY: [SUBJECT_OF_AN_END.format(date=self.stop_words())]}


YEARS = {
    2026: Year(2026, date(2026, 1, 27), date(2026, 6, 26), date(2026, 7, 20), date(2026, 12, 18)),
    2027: Year(2027, date(2027, 1, 27), date(2027, 6, 25), date(2027, 7, 19), date(2027, 12, 17)),
}


def at(day: date, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()} {clock}").replace(tzinfo=SYDNEY)


def students_of(year: int, people: int) -> dict[str, str]:
    """Return code -> year level of the `people` students of a year: each year the oldest leave and as many come."""
    found = {}
    for level in LEVELS:
        entry = year - level + LEVELS.start
        size = people // len(LEVELS) + (entry % len(LEVELS) < people % len(LEVELS))
        found |= {f"{entry % 100:02d}{number:04d}": f"{level}" for number in range(size)}
    return found


def leavers_of(year: Year, people: int) -> set[str]:
    """Return who is not there any more in the year after."""
    return set(students_of(year.number, people)) - set(students_of(year.number + 1, people))
