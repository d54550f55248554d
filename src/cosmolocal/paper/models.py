"""What is kept of files: pictures with their size and who may see them, and tables on their way into the books."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse
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
        return reverse("paper:picture", args=[self.pk, "large"])

    @property
    def small_url(self) -> str:
        """The address of the thumbnail."""
        return reverse("paper:picture", args=[self.pk, "small"])


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
