"""Addresses of the knowledge base."""

from django.urls import path

from kangwei.knowledge.views import importing, lists, reading, reviewing, writing

app_name = "knowledge"
urlpatterns = [
    path("", lists.article_list, name="list"),
    path("new/", writing.new, name="new"),
    path("alike/", writing.alike, name="alike"),
    path("import/", importing.bring, name="import"),
    path("import/template/", importing.template, name="import_template"),
    path("review/", reviewing.first, name="review_first"),
    path("<int:pk>/", reading.detail, name="detail"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/review/", reviewing.review, name="review"),
    path("<int:pk>/step/<slug:step>/", writing.step, name="step"),
    path("<int:pk>/versions/<int:number>/", reading.version, name="version"),
    path("<int:pk>/files/", writing.attach, name="attach"),
    path("<int:pk>/files/<int:attachment>/", reading.file, name="file"),
    path("<int:pk>/files/<int:attachment>/remove/", writing.remove_file, name="remove_file"),
]
