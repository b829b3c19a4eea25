from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "kangwei.inspections"
    label = "inspections"
    verbose_name = "巡检"

    def ready(self) -> None:
        # Importing registers the job's handler and the periodic task.
        from kangwei.inspections import tasks  # noqa: F401, PLC0415 (models must be loaded first)
