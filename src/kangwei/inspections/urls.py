"""Addresses of inspections."""

from django.urls import path

from kangwei.inspections.views import findings, runs, targets

app_name = "inspections"
urlpatterns = [
    path("", runs.run_list, name="run_list"),
    path("runs/<int:pk>/", runs.run_detail, name="run_detail"),
    path("runs/<int:pk>/results/", runs.run_results, name="run_results"),
    path("runs/<int:pk>/sheet/", runs.run_sheet, name="run_sheet"),
    path("contracts/<slug:code>/run/", runs.run_all, name="run_all"),
    path("targets/", targets.target_list, name="target_list"),
    path("targets/new/", targets.new_target, name="new_target"),
    path("targets/<int:pk>/", targets.edit_target, name="edit_target"),
    path("targets/<int:pk>/run/", runs.request_run, name="request_run"),
    path("targets/<int:pk>/deactivate/", targets.deactivate_target, name="deactivate_target"),
    path("targets/<int:pk>/reactivate/", targets.reactivate_target, name="reactivate_target"),
    path("findings/", findings.finding_list, name="finding_list"),
    path("findings/<int:pk>/resolve/", findings.resolve_finding, name="resolve_finding"),
    path("findings/<int:pk>/ticket/", findings.open_ticket, name="open_finding_ticket"),
]
