"""The addresses of the node with those of this practice."""

from django.urls import include, path

from cosmolocal.config.urls import urlpatterns as house

urlpatterns = [*house, path("gardens/", include("cosmolocal.website.tests.gardens.urls"))]
