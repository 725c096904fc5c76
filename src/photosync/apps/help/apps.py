"""The help app."""

from django.apps import AppConfig


class HelpConfig(AppConfig):
    name = "photosync.apps.help"
    label = "help"
    default_auto_field = "django.db.models.BigAutoField"
