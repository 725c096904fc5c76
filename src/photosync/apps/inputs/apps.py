from django.apps import AppConfig


class InputsConfig(AppConfig):
    name = "photosync.apps.inputs"
    label = "inputs"
    default_auto_field = "django.db.models.BigAutoField"
