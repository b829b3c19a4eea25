"""All addresses, one include an app."""

from django.urls import include, path

urlpatterns = [
    path("", include("kangwei.web.urls")),
    path("", include("kangwei.accounts.urls")),
    path("assets/", include("kangwei.assets.urls")),
    path("contracts/", include("kangwei.contracts.urls")),
    path("tickets/", include("kangwei.servicedesk.urls")),
    path("inspections/", include("kangwei.inspections.urls")),
    path("acceptance/", include("kangwei.acceptance.urls")),
]
handler403 = "kangwei.web.views.forbidden"
handler404 = "kangwei.web.views.not_found"
handler500 = "kangwei.web.views.server_error"
