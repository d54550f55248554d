"""What is kept of files: pictures with their size and who may see them, and tables on their way into the books."""

from pathlib import Path

from django.conf import settings
from django.core.signing import Signer
from django.db import models
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cosmolocal.kernel import clock
from cosmolocal.kernel.columns import JsonField, LineField


def picture_path(digest: str, size: str) -> Path:
    """The file of a picture: `size` is "large" or "small". Named by content, so that a file never changes."""
    return Path(settings.MEDIA_ROOT) / "pictures" / digest[:2] / f"{digest}.{size}.webp"


class Picture(models.Model):
    """A picture that this node re-encoded; its files stand in the node's folder, named by content."""

    digest = models.CharField(max_length=64, db_index=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    public = models.BooleanField(default=False)
    created = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.width}x{self.height} {self.digest[:8]}"

    def get_absolute_url(self) -> str:
        """The address of the large picture."""
        return self._address("large")

    @property
    def small_url(self) -> str:
        """The address of the thumbnail."""
        return self._address("small")

    @property
    def mark(self) -> str:
        """What the address of a picture that is not public carries: only a page that shows it knows it, no number."""
        return Signer(salt="paper.picture").signature(str(self.pk))

    def _address(self, size: str) -> str:
        address = reverse("paper:picture", args=[self.pk, size])
        return address if self.public else f"{address}?{urlencode({'mark': self.mark})}"


class Upload(models.Model):
    """A table somebody sent in, from reading it to what became of each row. `data` is emptied at the end.

    `verdicts` holds `[row, verdict, what, sentence]` per row; `counts` how many of each verdict; `mapping` what
    a person decided about names and columns that the file leaves open; `mark`: that all of it is as this node left it.
    """

    class State(models.TextChoices):
        READ = "read", _("being read")
        MAPPED = "mapped", _("waiting for names")
        CHECKED = "checked", _("ready to take over")
        IMPORTING = "importing", _("being taken over")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    kind = models.CharField(max_length=40)
    name = LineField(max_length=200)
    made_by_id = models.BigIntegerField()
    at = models.DateTimeField()
    data = models.BinaryField()
    mapping = JsonField(most=20_000_000, default=dict, blank=True)
    verdicts = JsonField(most=64_000_000, default=list, blank=True)
    counts = JsonField(most=32_000_000, default=dict, blank=True)
    sentence = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READ)
    mark = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.name
