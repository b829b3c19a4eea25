"""Addresses of the shell itself."""

from django.urls import path

from kangwei.web import views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("settings/", views.settings, name="settings"),
    path("settings/audit/", views.audit_trail, name="audit"),
]
