from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "photosync.apps.timetable"
    label = "timetable"
    default_auto_field = "django.db.models.BigAutoField"
