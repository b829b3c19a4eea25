from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "kangwei.accounts"
    label = "accounts"
    verbose_name = "单位与人员"

    def ready(self) -> None:
        from kangwei.accounts import receivers, tasks  # noqa: F401, PLC0415 (they need the models, loaded by now)
