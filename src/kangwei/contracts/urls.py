"""Addresses of contracts, obligations and documents."""

from django.urls import path

from kangwei.contracts.views import calendar, compare, contract, documents, loading, occurrence

app_name = "contracts"
urlpatterns = [
    path("", contract.contract_list, name="list"),
    path("load/", loading.load, name="load"),
    path("calendar/", calendar.month, name="calendar"),
    path("occurrences/", calendar.occurrence_list, name="occurrence_list"),
    path("occurrences/<int:pk>/", occurrence.detail, name="occurrence"),
    path("occurrences/<int:pk>/waive/", occurrence.waive, name="waive"),
    path("occurrences/<int:pk>/reopen/", occurrence.reopen, name="reopen"),
    path("evidence/<int:pk>/withdraw/", occurrence.withdraw, name="withdraw_evidence"),
    path("documents/", documents.document_list, name="document_list"),
    path("documents/<int:pk>/", documents.detail, name="document"),
    path("documents/<int:pk>/v<int:version>/", documents.file, name="document_file"),
    path("compare/", compare.overview, name="compare"),
    path("compare/service-levels/", compare.service_levels, name="compare_service_levels"),
    path("compare/duties/", compare.duties, name="compare_duties"),
    path("compare/documents/", compare.documents, name="compare_documents"),
    path("<slug:code>/", contract.detail, name="detail"),
    path("<slug:code>/file/", contract.file, name="file"),
    path("<slug:code>/supplier/", contract.supplier, name="supplier"),
    path("<slug:code>/start/", contract.start, name="start"),
    path("<slug:code>/evidence/", occurrence.contract_evidence, name="contract_evidence"),
]
