"""Addresses of the service desk."""

from django.urls import path

from kangwei.servicedesk.views import desk, facts, queue, ticket, work

app_name = "tickets"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("new/", desk.new, name="new"),
    path("new/caller/", desk.caller, name="new_caller"),
    path("new/words/", desk.words, name="new_words"),
    path("new/aside/", desk.aside, name="new_aside"),
    path("new/institutions/", desk.institution_options, name="new_institutions"),
    path("<int:pk>/", ticket.detail, name="detail"),
    path("<int:pk>/steps/<slug:step>/", work.step, name="step"),
    path("<int:pk>/take/", work.take, name="take"),
    path("<int:pk>/assign/", work.assign, name="assign"),
    path("<int:pk>/pause/", work.pause, name="pause"),
    path("<int:pk>/resume/", work.resume, name="resume"),
    path("<int:pk>/notes/", work.note, name="note"),
    path("<int:pk>/facts/", facts.correct, name="facts"),
    path("<int:pk>/facts/preview/", facts.preview, name="facts_preview"),
]
