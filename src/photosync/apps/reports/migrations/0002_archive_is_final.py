"""What is archived is final: the database itself refuses to change or delete it, whoever asks.

Only the link to the person may become empty, when the person is erased.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

TABLE = "reports_archivedreport"
SEALED = (
    *("id", "school_id", "number", "cycle_id", "cycle_name", "academic_year", "semester"),
    *("person_code", "person_name", "sort_name", "year_level", "roll_group"),
    *("pdf_sha256", "pdf_bytes", "origin", "file_name"),
    *("photo_sha256", "photo_bytes", "photo_version", "photo_year", "photo_is_printed"),
    *("archived_at", "archived_by", "seal_before", "seal"),
)
CHANGE = "An archived report cannot be changed. Nothing was changed."
REMOVAL = "An archived report cannot be deleted. Nothing was deleted."

SQLITE = (
    f"CREATE TRIGGER archived_reports_stay_as_they_are BEFORE UPDATE OF {', '.join(SEALED)} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{CHANGE}'); END",
    f"CREATE TRIGGER archived_reports_lose_a_person_only BEFORE UPDATE OF person_id ON {TABLE} "
    f"WHEN NEW.person_id IS NOT NULL AND NEW.person_id IS NOT OLD.person_id "
    f"BEGIN SELECT RAISE(ABORT, '{CHANGE}'); END",
    f"CREATE TRIGGER archived_reports_stay BEFORE DELETE ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REMOVAL}'); END",
)
SQLITE_BACK = (
    "DROP TRIGGER archived_reports_stay_as_they_are",
    "DROP TRIGGER archived_reports_lose_a_person_only",
    "DROP TRIGGER archived_reports_stay",
)
POSTGRESQL = (
    f"""
    CREATE OR REPLACE FUNCTION archived_reports_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '{REMOVAL}' USING ERRCODE = 'restrict_violation';
        END IF;
        IF to_jsonb(NEW) - 'person_id' IS DISTINCT FROM to_jsonb(OLD) - 'person_id'
            OR (NEW.person_id IS NOT NULL AND NEW.person_id IS DISTINCT FROM OLD.person_id)
        THEN
            RAISE EXCEPTION '{CHANGE}' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    f"CREATE TRIGGER archived_reports_are_final BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION archived_reports_are_final()",
)
POSTGRESQL_BACK = (
    f"DROP TRIGGER archived_reports_are_final ON {TABLE}",
    "DROP FUNCTION archived_reports_are_final()",
)


def make_final(_apps: Any, schema_editor: Any) -> None:
    _execute(schema_editor, SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL)


def let_change(_apps: Any, schema_editor: Any) -> None:
    _execute(schema_editor, SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK)


def _execute(schema_editor: Any, statements: tuple[str, ...]) -> None:
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
        ("schools", "0002_settings"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchiveHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("seal", models.CharField(max_length=64)),
                (
                    "school",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="reportjob",
            name="kind",
            field=models.CharField(
                max_length=12,
                choices=[
                    ("read-upload", "Read uploaded reports"),
                    ("import", "Import reports"),
                    ("make", "Make reports"),
                    ("archive", "Archive reports"),
                    ("verify", "Verify archived reports"),
                ],
            ),
        ),
        migrations.RunPython(make_final, let_change),
    ]
