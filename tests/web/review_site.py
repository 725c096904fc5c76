"""A program: gives the site's account a school in whose Review something waits in every queue.

`python -m tests.web.review_site FOLDER [UNMATCHED]`, in an installation in which `tests.web.site` made its school.
"""

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosync.project.settings")

NAMES = ("Ada Abel", "Ben Byrne", "Cy Chan", "Dee Dang", "Eva Eze", "Flo Fry", "Gus Gray", "Hal Hart")
UNMATCHED = 3


def make(folder: Path, unmatched: int = UNMATCHED) -> None:
    import django

    django.setup()
    from photosync.apps.accounts.models import Membership
    from photosync.apps.people.models import Person
    from tests.apps.runs.scene import Scene, portrait

    now = datetime.now(UTC)
    scene = Scene(folder, now=now)
    scene.assign("LONG", date(2020, 1, 1), date(2090, 1, 1))
    scene.options(match="pattern", pattern="{year}/{code}", key="student_code,staff_code,alternate_id")
    Membership.objects.filter(user__username="kim").update(school=scene.school)
    year = now.astimezone(scene.school.zone).year
    for number in range(len(NAMES) * 2):
        given, family = NAMES[number % len(NAMES)].split()
        person = scene.person(f"{number + 1:04d}")
        fields = {"given_name": given, "family_name": f"{family}{number // len(NAMES) or ''}", "year_level": "7"}
        Person.objects.filter(pk=person.pk).update(roll_group="7B", **fields)
    twin = scene.person("0016", "staff")
    Person.objects.filter(pk=twin.pk).update(given_name="Mo", family_name="Tran")
    scene.identify(scene.people["0006"], "alternate_id", "A6")
    for code in ("0001", "0002"):
        scene.put(f"{year - 1}/{code}.jpg", int(code))
    scene.run()
    scene.put(f"{year}/0001.jpg", 1)
    for code in ("0003", "0004", "0005"):
        scene.put(f"{year}/{code}.jpg", 99)
    scene.put(f"{year}/0006.jpg", 6)
    scene.put(f"{year}/A6.jpg", 66)
    scene.put(f"{year}/0007.jpg", b"not a picture")
    scene.put(f"{year}/0008.jpg", portrait(8)[:2000])
    scene.put(f"{year}/0016.jpg", 16)
    for number in range(unmatched):
        given, family = NAMES[number % len(NAMES)].split()
        name = (f"{family}_{given}_{number:04d}", f"IMG_{2000 + number}", f"100{number:02d}")[number % 3]
        scene.put(f"{year}/{name}.jpg", 100 + number)
    scene.run()


if __name__ == "__main__":
    make(Path(sys.argv[1]), *map(int, sys.argv[2:]))
