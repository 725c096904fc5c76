from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "photosync.api"
    label = "api"
