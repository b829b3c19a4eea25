from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "kangwei.documents"
    label = "documents"
    verbose_name = "文档"
