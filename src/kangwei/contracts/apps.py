from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "kangwei.contracts"
    label = "contracts"
    verbose_name = "合同"
