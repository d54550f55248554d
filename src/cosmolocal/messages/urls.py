"""Addresses of messages, and who may come in."""

from django.urls import path

from cosmolocal.messages import views

app_name = "messages"
urlpatterns = [
    path("", views.preferences, name="preferences"),
    path("post/", views.post, name="post"),
    path("post/letters/", views.letters, name="letters"),
    path("post/<int:letter_id>/told", views.told, name="told"),
    path("post/<int:letter_id>/again", views.again, name="again"),
    path("post/held/<str:what>/", views.let_go, name="let_go"),
    path("letter/<int:letter_id>/", views.letter, name="letter"),
    path("kept/", views.kept, name="kept"),
    path("kept/<str:name>/", views.kept_mail, name="kept_mail"),
    path("link/<str:token>/", views.link, name="link"),
]
