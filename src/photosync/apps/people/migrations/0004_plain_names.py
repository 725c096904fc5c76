"""Names without their marks, so that Kovačević is found by kovacevic; those of the people who are here already."""

from typing import Any

from django.db import migrations, models

from photosync.core.people import plain_letters


def fill(apps: Any, schema_editor: Any) -> None:
    person = apps.get_model("people", "Person")
    found = []
    for each in person.objects.only("given_name", "preferred_name", "family_name").iterator(chunk_size=2_000):
        names = " ".join(filter(None, (each.given_name, each.preferred_name, each.family_name)))
        if not names.isascii():
            each.plain_name = plain_letters(names)[:400]
            found.append(each)
        if len(found) == 500:
            person.objects.bulk_update(found, ("plain_name",))
            found = []
    person.objects.bulk_update(found, ("plain_name",))


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_coverage"),
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="plain_name",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="The names without marks, for searching; empty where they have none.",
                max_length=400,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["school", "plain_name"], name="person_by_plain_name"),
        ),
    ]
