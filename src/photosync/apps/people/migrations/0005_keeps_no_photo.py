from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_plain_names")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="keeps_no_photo",
            field=models.BooleanField(
                default=False,
                help_text="The photos were erased on request; none is kept from then on.",
                verbose_name="keeps no photo",
            ),
        ),
    ]
