from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "photosync.web"
    label = "web"
