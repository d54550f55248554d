"""What a kept picture is: its size, who may see it, and which files belong to it."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse

from cosmolocal.kernel import clock


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
