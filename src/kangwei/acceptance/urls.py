"""Addresses of acceptance."""

from django.urls import path

from kangwei.acceptance import views

app_name = "acceptance"
urlpatterns = [
    path("", views.contract_list, name="list"),
    path("verify/", views.verify, name="verify"),
    path("packages/<slug:number>/", views.download, name="download"),
    path("<slug:code>/", views.detail, name="detail"),
    path("<slug:code>/items/<slug:no>/", views.item, name="item"),
    path("<slug:code>/index.docx", views.index_docx, name="index_docx"),
    path("<slug:code>/index.xlsx", views.index_xlsx, name="index_xlsx"),
    path("<slug:code>/packages/", views.packages, name="packages"),
    path("<slug:code>/packages/request/", views.request_package, name="request_package"),
]
