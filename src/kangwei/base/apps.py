from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "kangwei.base"
    label = "base"
    verbose_name = "基础"
