"""Practices beside those there are: a small and whole one, the folder `gardens`, and a dozen that have a door only."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cosmolocal.kernel import practices
from cosmolocal.kernel.practices import Practice
from cosmolocal.messages import kinds
from cosmolocal.website import access

HOME = "cosmolocal.website.tests.gardens"
FIELD = {
    "__init__": "",
    "apps": "from django.apps import AppConfig\n\n\nclass Field(AppConfig):\n    name = '{name}'\n",
    "urls": f"from django.urls import path\nfrom {HOME} import views\n\napp_name = '{{name}}'\n"
    "urlpatterns = [path('', views.home, name='home')]\n",
    "practice": "from cosmolocal.kernel.practices import NavItem, Practice\n"
    "from cosmolocal.messages.rules import DIGEST, Event\n\n"
    "practice = Practice(\n    name='{name}', title='{name}'.title(), urls='{name}.urls', entry='{name}:home',\n"
    "    me=(NavItem('{name}:home', 'Mine in {name}', 'leaf'),),\n"
    "    letters={{'{name}_news': Event('News', DIGEST, True)}},\n)",
}
FIELDS = [f"field{letter}" for letter in "abcdefghijkl"]


@pytest.fixture
def gardens(settings: Any) -> Iterator[Practice]:
    """One more practice."""
    with installed(settings, [HOME], f"{HOME}.town"):
        importlib.import_module(f"{HOME}.tasks").watered.clear()
        yield next(one for one in practices.installed() if one.name == "gardens")


@pytest.fixture
def fields(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The gardens and a dozen more: the titles of all."""
    for name in FIELDS:
        (tmp_path / name).mkdir()
        for module, text in FIELD.items():
            (tmp_path / name / f"{module}.py").write_text(text.format(name=name))
    included = "\n".join(f"urlpatterns += [path('{name}/', include('{name}.urls'))]" for name in FIELDS)
    town = (
        f"from django.urls import include, path\nfrom {HOME}.town import urlpatterns\n\nurlpatterns = [*urlpatterns]\n"
    )
    (tmp_path / "fields_of_town.py").write_text(town + included)
    monkeypatch.syspath_prepend(tmp_path)
    with installed(settings, [HOME, *FIELDS], "fields_of_town"):
        yield [str(practice.title) for practice in practices.installed()]


@contextmanager
def installed(settings: Any, apps: list[str], addresses: str) -> Iterator[None]:
    """A release with the shop and these."""
    importlib.import_module("cosmolocal.config.urls")  # read once, with the practices that there are without these
    others = {practice.urls.removesuffix(".urls") for practice in practices.installed() if practice.name != "shop"}
    settings.INSTALLED_APPS = [*(app for app in settings.INSTALLED_APPS if app not in others), *apps]
    settings.ROOT_URLCONF = addresses
    remembered = (practices.installed, practices.tasks_brought, kinds.every, access._table)
    for known in remembered:
        known.cache_clear()
    yield
    for known in remembered:
        known.cache_clear()
