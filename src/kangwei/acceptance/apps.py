from django.apps import AppConfig


class AcceptanceConfig(AppConfig):
    name = "kangwei.acceptance"
    label = "acceptance"
    verbose_name = "验收"
