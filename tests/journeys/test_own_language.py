"""Every letter and paper there is speaks its reader's language: not that of who set it off, nor that of the process.

Three languages: the process has one, the local another, half of its people a third. Days and months are theirs (CLDR),
every other word is made up. Whatever is read is in the reader's, word for word, but for names and for what somebody
wrote.
"""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import CharField, TextField
from django.utils import translation

from cosmolocal.agents.languages import language_of
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import languages, node
from cosmolocal.messages.models import Letter
from tests import pseudo
from tests.journeys import living
from tests.journeys import scene as scenes

pytestmark = pytest.mark.once
PROCESS, LOCAL, HERS = "fi", "cy", "is"
LETTERS = {PROCESS: "ж", LOCAL: "ц", HERS: "щ"}
MADE = {"local_messages.Letter", "local_messages.Enclosure", "kernel.Errand", "kernel.JobTrouble"}  # words of ours
WORDS = re.compile(r"[^\W\d_]{2,}")
# What is read by programs, or in the words of a format; and allauth's mail with a code, in the language
# of the page on which it was asked for, whose words are allauth's.
FORMATS = re.compile(r"errand_file data/|catalog:products |money:payout_file xml|mail sign_in_code ")
CODE = re.compile(r"https?://\S+|\S+@\S+|<[^<>]+>|[\w.-]+\.(?:pdf|csv|xlsx|json)\b|[\w-]{43,}")


class Scene(scenes.Scene):
    """Keeps what was read, and in which language it should be."""

    def __init__(self) -> None:
        super().__init__("Europe/Madrid", 12)
        self.read: list[tuple[str, str, str]] = []

    def look_at(self, what: str, text: str, reader: Agent | None) -> None:
        if not FORMATS.match(what):
            self.read.append((what, language_of(reader) if reader else LOCAL, text))


@pytest.fixture
def scene(db: None, settings: Any, timeless: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    settings.MAIL_READY, settings.EMAIL_BACKEND = True, "django.core.mail.backends.locmem.EmailBackend"
    pseudo.install(settings, tmp_path, LETTERS)
    settings.LANGUAGE_CODE = PROCESS
    found = living.found

    def speaking(scene: scenes.Scene) -> Any:
        village = found(scene)
        node.configure(language=LOCAL)
        for some in (Agent.objects.filter(kind="person"), Agent.objects.filter(is_producer=True)):
            every_second = list(some.order_by("pk"))[::2]
            Agent.objects.filter(pk__in=[agent.pk for agent in every_second]).update(language=HERS)
        Letter.objects.all().delete()  # written before anybody had these languages
        return village

    monkeypatch.setattr(living, "found", speaking)
    return Scene()


def test_every_letter_and_paper_speaks_its_readers_language(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    living.live(scene, monkeypatch, capsys)
    names, wrong, days = written(), {}, {language: days_in(language) for language in LETTERS}
    for what, language, text in scene.read:
        found = {word for word in WORDS.findall(CODE.sub(" ", text)) if word not in names}
        if strange := {word for word in found - days[language] if word[0].lower() != LETTERS[language]}:
            wrong[f"{what} ({language})"] = sorted(strange)
    assert wrong == {}
    assert {language for _what, language, _text in scene.read} == {LOCAL, HERS}


def days_in(language: str) -> set[str]:
    """Every word of a day, as this language writes days."""
    how, new_year = languages.manner(language), date(2026, 1, 1)
    words: set[str] = set()
    with translation.override(language):
        for number in range(365):
            for pattern in (how.day, how.year_day, how.short_day, how.month, "EEEE"):
                words |= set(WORDS.findall(languages.write_day(new_year + timedelta(days=number), pattern)))
    return words


def written() -> set[str]:
    """Every word of what somebody wrote: names, words on goods, reasons."""
    words: set[str] = set()
    for model in apps.get_models():
        if not model.__module__.startswith("cosmolocal.") or model._meta.label in MADE:
            continue
        texts = [field.name for field in model._meta.fields if isinstance(field, (CharField, TextField))]
        for row in model._default_manager.values_list(*texts) if texts else ():
            words |= {word for text in row for word in WORDS.findall(str(text))}
    return words
