"""Its addresses."""

from django.urls import path

from cosmolocal.website.tests.gardens import views

app_name = "gardens"
urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("how/", views.how, name="how"),
]
