"""Someone who decides in review, in a scene of a test."""

from __future__ import annotations

from pathlib import PurePosixPath

from photosync.apps.people.models import Person
from photosync.apps.review import services
from photosync.apps.review.models import ReviewDecision
from photosync.apps.review.queues import OF_FILES, Queue, Waiting
from photosync.apps.review.services import path_of
from photosync.apps.sources.models import ListedFile
from tests.apps.runs.scene import Scene


def listed(scene: Scene, path: str) -> ListedFile:
    place = PurePosixPath(path)
    folder = "" if str(place.parent) == "." else str(place.parent)
    return ListedFile.objects.get(profile=scene.profile, page__folder=folder, name=place.name)


def accept(scene: Scene, path: str, person: Person | str, by: str = "Kim") -> ReviewDecision:
    person = scene.people[person] if isinstance(person, str) else person
    return services.accept(listed(scene, path).pk, scene.school, person, by=by, now=scene.now)


def dismiss(scene: Scene, path: str, by: str = "Kim") -> ReviewDecision:
    return services.dismiss(listed(scene, path).pk, scene.school, by=by, now=scene.now)


def undo(scene: Scene, made: ReviewDecision, by: str = "Mr Night") -> ReviewDecision:
    return services.undo(made.pk, scene.school, by=by, now=scene.now)


def waiting(scene: Scene, *, shows_protected: bool = True) -> dict[str, list[str]]:
    """Return the files, one for each decision to make, of every queue that is not empty."""
    desk = Waiting(scene.school, None, shows_protected)
    found = {}
    for queue in OF_FILES:
        paths = {file.pk: path_of(file) for file in desk.files(queue).select_related("page")}
        together = (
            "picture_id" if queue is Queue.SAME_PICTURE else "person_id" if queue is Queue.TWO_PICTURES else "pk"
        )
        groups = {getattr(file, together): set[str]() for file in desk.items(queue)}
        for file in desk.files(queue):
            groups[getattr(file, together)].add(paths[file.pk])
        if groups:
            found[str(queue)] = sorted(min(group) for group in groups.values())
    return found
