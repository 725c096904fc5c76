from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0003_run_warnings")]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["state", "-id"], name="runs_by_state"),
        ),
    ]
