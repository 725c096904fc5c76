from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, OuterRef, Q


def keep_one_of_equal_pins(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite could not hold the constraint that there was before."""
    pins = apps.get_model('library', 'Pin').objects.all()
    earlier = pins.filter(person=OuterRef('person'), academic_year=OuterRef('academic_year'), pk__lt=OuterRef('pk'))
    same = Exists(earlier.filter(picture=OuterRef('picture')))
    both_none = Q(picture__isnull=True) & Exists(earlier.filter(picture__isnull=True))
    twins = list(pins.filter(Q(same) | both_none).values_list('pk', flat=True))
    for start in range(0, len(twins), 400):
        pins.filter(pk__in=twins[start:start + 400]).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('library', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='pin',
            name='one_pin_per_picture',
        ),
        migrations.AddField(
            model_name='pin',
            name='released_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='pin',
            name='released_by',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.RunPython(keep_one_of_equal_pins, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='pin',
            constraint=models.UniqueConstraint(condition=models.Q(('picture__isnull', False), ('released_at__isnull', True)), fields=('person', 'academic_year', 'picture'), name='one_pin_per_picture'),
        ),
        migrations.AddConstraint(
            model_name='pin',
            constraint=models.UniqueConstraint(condition=models.Q(('picture__isnull', True), ('released_at__isnull', True)), fields=('person', 'academic_year'), name='one_pinned_withdrawal'),
        ),
    ]
