from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "kangwei.base"
    label = "base"
    verbose_name = "基础"

    def ready(self) -> None:
        from kangwei.base import queue  # noqa: F401, PLC0415 (models must be loaded first; it listens for due jobs)
