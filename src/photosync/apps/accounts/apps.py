from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "photosync.apps.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from photosync.apps.accounts import sign_ins

        sign_ins.connect()
