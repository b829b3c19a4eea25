"""Addresses of sign-in, parties and people."""

from django.urls import path

from kangwei.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.change_password, name="password"),
    path("people/", views.people, name="people"),
    path("people/new/", views.new_person, name="new_person"),
    path("people/<int:pk>/", views.person, name="person"),
    path("institutions/", views.institutions, name="institutions"),
    path("parties/", views.parties, name="parties"),
]
