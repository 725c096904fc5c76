"""The review app."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "photosync.apps.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"
