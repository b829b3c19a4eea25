from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "kangwei.inspections"
    label = "inspections"
    verbose_name = "巡检"
