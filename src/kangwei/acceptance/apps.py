from django.apps import AppConfig


class AcceptanceConfig(AppConfig):
    name = "kangwei.acceptance"
    label = "acceptance"
    verbose_name = "验收"

    def ready(self) -> None:
        # Importing registers the job's handler.
        from kangwei.acceptance import tasks  # noqa: F401, PLC0415 (models must be loaded first)
