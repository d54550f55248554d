"""Where kept pictures are read."""

from django.urls import re_path

from cosmolocal.paper import views

app_name = "paper"
urlpatterns = [
    re_path(r"^pictures/(?P<pk>[0-9]{1,18})/(?P<size>large|small)/$", views.picture, name="picture"),
]
