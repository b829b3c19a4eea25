"""Addresses for people without a sign-in: an institution's entrance, the link by which a report is followed."""

from django.urls import path

from kangwei.servicedesk.views import following, portal

app_name = "portal"
urlpatterns = [
    path("<slug:key>/", portal.entrance, name="entrance"),
    path("t/<slug:number>/<slug:signature>/", following.follow, name="follow"),
    path("t/<slug:number>/<slug:signature>/files/<int:pk>/", following.file, name="file"),
    path("t/<slug:number>/<slug:signature>/<slug:act>/", following.act, name="act"),
]
