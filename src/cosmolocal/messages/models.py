"""What was written to whom, whether it went out, and who wants to be told what, and how."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.models import Agent


class Letter(models.Model):
    """One mail to one agent. Personal and erasable; never part of the books."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be sent")
        DIGEST = "digest", _("waits for the daily mail")
        SENT = "sent", _("sent")
        NO_ADDRESS = "no_address", _("no mail address: tell them in person")
        NO_MAIL = "no_mail", _("this local sends no mail: tell them in person")
        OFF = "off", _("not wanted")
        FAILED = "failed", _("could not be sent")

    to = models.ForeignKey(Agent, models.CASCADE, related_name="letters")
    address = models.EmailField(blank=True)
    event = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    url = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    said = models.TextField(blank=True)  # the mail server's own words
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)


class Enclosure(models.Model):
    """A file that goes with a letter."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="enclosures")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    data = models.BinaryField()


class Preference(models.Model):
    """How an agent wants to be told of one kind of event; no row: the event's default."""

    class How(models.TextChoices):
        NOW = "now", _("at once")
        DIGEST = "digest", _("once a day")
        OFF = "off", _("not at all")

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="preferences")
    event = models.CharField(max_length=40)
    how = models.CharField(max_length=6, choices=How.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "event"], name="one_preference_each")]
