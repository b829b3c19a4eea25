"""The service desk: tickets on the contract's own clocks."""

from django.apps import AppConfig


class ServiceDeskConfig(AppConfig):
    name = "kangwei.servicedesk"
    label = "servicedesk"
    verbose_name = "工单"

    def ready(self) -> None:
        # Importing registers the periodic task and the receivers of signals.
        from kangwei.servicedesk import receivers, tasks  # noqa: F401, PLC0415 (models must be loaded first)
