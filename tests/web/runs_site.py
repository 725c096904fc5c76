"""A program: gives the site's account a school whose profile has a run that is done and one that is held.

`python -m tests.web.runs_site FOLDER`, in an installation in which `tests.web.site` has made its school. Prints the
numbers of the runs.
"""

import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosync.project.settings")

NAMES = ("Ada Abel", "Ben Byrne", "Cy Chan", "Dee Dang", "Eva Eze", "Flo Fry", "Gus Gray", "Hal Hart")
REPLACED = 6


def make(folder: Path, people: int = len(NAMES)) -> list[int]:
    import django

    django.setup()
    from photosync.apps.accounts.models import Membership
    from photosync.apps.people.models import Person
    from tests.apps.runs.scene import Scene

    scene = Scene(folder, now=datetime.now(UTC))
    scene.assign("LONG", date(2020, 1, 1), date(2090, 1, 1))
    Membership.objects.filter(user__username="kim").update(school=scene.school)
    codes = scene.everyone(people)
    for number, code in enumerate(codes):
        given, family = NAMES[number % len(NAMES)].split()
        Person.objects.filter(code=code).update(given_name=given, family_name=f"{family}{number // len(NAMES) or ''}")
        scene.put(f"{code}.jpg", int(code))
    scene.put("IMG_2041.jpg", 900)
    scene.put("IMG_2042.jpg", b"not a picture")
    done = scene.run()
    for code in codes[: people * REPLACED // len(NAMES)]:
        scene.put(f"{code}.jpg", int(code) + 1000)
    return [done.pk, scene.run().pk]


if __name__ == "__main__":
    print(json.dumps(make(Path(sys.argv[1]), *map(int, sys.argv[2:]))))
