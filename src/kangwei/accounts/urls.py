"""Addresses of sign-in, parties and people."""

from django.urls import path

from kangwei.accounts import mail_views, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.change_password, name="password"),
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_notices, name="read_notices"),
    path("notices/<int:pk>/", views.open_notice, name="open_notice"),
    path("notices/mail/", mail_views.own_mail, name="own_mail"),
    path("notices/mail/try/", mail_views.try_own_mail, name="try_own_mail"),
    path("mails/", mail_views.mail_trouble, name="mail_trouble"),
    path("people/<int:pk>/mail/", mail_views.person_mail, name="person_mail"),
    path("people/", views.people, name="people"),
    path("people/new/", views.new_person, name="new_person"),
    path("people/<int:pk>/", views.person, name="person"),
    path("api-keys/", views.api_keys, name="api_keys"),
    path("api-keys/own/", views.own_api_keys, name="own_api_keys"),
    path("api-keys/own/<int:pk>/", views.answer_api_key, name="answer_api_key"),
    path("api-keys/new/", views.new_api_key, name="new_api_key"),
    path("api-keys/<int:pk>/revoke/", views.revoke_api_key, name="revoke_api_key"),
    path("institutions/", views.institutions, name="institutions"),
    path("parties/", views.parties, name="parties"),
]
