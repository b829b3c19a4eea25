from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "kangwei.web"
    label = "web"
    verbose_name = "界面"
