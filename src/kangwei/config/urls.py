"""All addresses, one include an app."""

from django.urls import include, path

from kangwei.api.urls import urls as api_urls

urlpatterns = [
    path("", include("kangwei.web.urls")),
    path("", include("kangwei.accounts.urls")),
    path("assets/", include("kangwei.assets.urls")),
    path("knowledge/", include("kangwei.knowledge.urls")),
    path("contracts/", include("kangwei.contracts.urls")),
    path("tickets/", include("kangwei.servicedesk.urls")),
    path("portal/", include("kangwei.servicedesk.portal_urls")),
    path("inspections/", include("kangwei.inspections.urls")),
    path("acceptance/", include("kangwei.acceptance.urls")),
    path("api/v1/", api_urls),
]
handler403 = "kangwei.web.views.forbidden"
handler404 = "kangwei.web.views.not_found"
handler500 = "kangwei.web.views.server_error"
