"""What tables say of people, for what each of them may take along (website/my_data.py): how a table is called there,
and what a column that names an agent means where the house does not know its name.
"""

from collections.abc import Callable
from typing import TypeVar

from django.db import models
from django.utils.functional import Promise

M = TypeVar("M", bound=type[models.Model])
ABOUT, DID, BESIDE = "about", "did", "beside"
TITLES: dict[str, str | Promise] = {}  # label of the model -> what its rows are called
SAID: dict[tuple[str, str], str] = {}  # (label of the model, column) -> what it says


def names(*, about: tuple[str, ...] = (), did: tuple[str, ...] = (), beside: tuple[str, ...] = ()) -> Callable[[M], M]:
    """Says beside a model what its columns mean for "my data". `about`: the row is about whom they name, and goes with
    what she takes along; `did`: she only did it, which stands among her deeds; `beside`: neither.
    """

    def declare(model: M) -> M:
        for word, columns in ((ABOUT, about), (DID, did), (BESIDE, beside)):
            SAID.update({(model._meta.label, column): word for column in columns})
        return model

    return declare


def titled(title: str | Promise) -> Callable[[M], M]:
    """Says beside a model what she whose rows it holds calls them."""

    def declare(model: M) -> M:
        TITLES[model._meta.label] = title
        return model

    return declare
