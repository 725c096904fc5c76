from django.apps import AppConfig


class ErasingConfig(AppConfig):
    name = "photosync.apps.erasing"
    default_auto_field = "django.db.models.BigAutoField"
