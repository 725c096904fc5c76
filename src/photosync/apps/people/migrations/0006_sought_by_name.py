"""Names in the form by which index files look people up; those of the people who are here already."""

from typing import Any

from django.db import migrations, models

from photosync.core.names import sought_form


def fill(apps: Any, schema_editor: Any) -> None:
    person = apps.get_model("people", "Person")
    fields = ("sought_as", "sought_also_as")
    found = []
    for each in person.objects.only("given_name", "preferred_name", "family_name").iterator(chunk_size=2_000):
        each.sought_as = sought_form(each.family_name, each.given_name)
        each.sought_also_as = sought_form(each.family_name, each.preferred_name) if each.preferred_name else ""
        found.append(each)
        if len(found) == 500:
            person.objects.bulk_update(found, fields)
            found = []
    person.objects.bulk_update(found, fields)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_keeps_no_photo"),
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="sought_as",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="Family and given name in the form by which index files look people up.",
                max_length=250,
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="sought_also_as",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="The same of the preferred name; empty where there is none.",
                max_length=250,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["school", "sought_as"], name="person_sought"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["school", "sought_also_as"], name="person_sought_also"),
        ),
    ]
