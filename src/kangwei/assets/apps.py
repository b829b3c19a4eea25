"""Assets: the systems and everything else that is maintained."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "kangwei.assets"
    label = "assets"
    verbose_name = "资产"

    def ready(self) -> None:
        # Importing registers the jobs' handlers and the periodic tasks.
        from kangwei.assets import tasks  # noqa: F401, PLC0415 (models must be loaded first)
