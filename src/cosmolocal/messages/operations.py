"""Writing to people: letters are rows first, so that nothing is lost where mail is slow or absent."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from cosmolocal.agents import policy
from cosmolocal.agents.models import Agent, Contact
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages import rules
from cosmolocal.messages.models import Enclosure, Letter, Preference

_STATE = {
    rules.NOW: Letter.State.WAITING,
    rules.DIGEST: Letter.State.DIGEST,
    rules.OFF: Letter.State.OFF,
    "no_address": Letter.State.NO_ADDRESS,
    "no_mail": Letter.State.NO_MAIL,
}


@dataclass(frozen=True)
class Attachment:
    """A file for a letter: `data` are its bytes."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Writing:
    """One letter to be written: `event` is a key of `rules.EVENTS`; `url` a page of this node (path only)."""

    to_id: int
    event: str
    subject: str
    text: str
    url: str = ""
    attachments: tuple[Attachment, ...] = ()


@operation("messages.send")
def send(*, by: Agent, writings: Sequence[Writing], key: str = "") -> list[int]:
    """Writes letters and has them delivered as each reader wishes; ids of the letters. Never refuses an address."""
    readers = {writing.to_id for writing in writings}
    addresses = dict(Contact.objects.filter(agent__in=readers).values_list("agent_id", "email"))
    gone = set(Agent.objects.filter(pk__in=readers, hidden_at__isnull=False).values_list("pk", flat=True))
    chosen = {(p.agent_id, p.event): p.how for p in Preference.objects.filter(agent__in=readers)}
    letters = []
    for writing in writings:
        address = addresses.get(writing.to_id, "")
        how = rules.decide(
            writing.event,
            chosen.get((writing.to_id, writing.event)),
            has_address=bool(address),
            mail_ready=settings.MAIL_READY,
            left=writing.to_id in gone,
        )
        letters.append(
            Letter(
                to_id=writing.to_id,
                address=address,
                event=writing.event,
                subject=writing.subject[:200],
                text=writing.text,
                url=writing.url,
                state=_STATE[how],
                written_at=running().at,
            )
        )
    Letter.objects.bulk_create(letters)
    Enclosure.objects.bulk_create(
        Enclosure(letter=letter, name=part.name, content_type=part.content_type, data=part.data)
        for letter, writing in zip(letters, writings, strict=True)
        for part in writing.attachments
    )
    waiting = [letter.pk for letter in letters if letter.state == Letter.State.WAITING]
    for start in range(0, len(waiting), 50):
        announce("messages.deliver", waiting[start : start + 50])
    return [letter.pk for letter in letters]


@operation("messages.choose")
def choose(*, by: Agent, event: str, how: str, on_behalf_of: Agent | None = None, key: str = "") -> None:
    """How `by` (or whom she helps) wants to hear of `event`. Refusals: agents.not_yours, messages.unknown_choice,
    messages.must_know.
    """
    policy.require(on_behalf_of is None or policy.is_house(by) or policy.acts_for(by, on_behalf_of))
    known = rules.EVENTS.get(event)
    if known is None or how not in Preference.How.values:
        raise Refusal("messages.unknown_choice", _("Choose one of the ways shown for each kind of message."))
    if how == rules.OFF and not known.may_refuse:
        raise Refusal(
            "messages.must_know", _("This one cannot be switched off: others rely on it. Choose another way.")
        )
    Preference.objects.update_or_create(agent=on_behalf_of or by, event=event, defaults={"how": how})


@operation("messages.mark", fact=True)
def mark(*, by: Agent, letter_ids: Sequence[int], state: str, said: str = "", key: str = "") -> None:
    """What became of letters: sent, failed (with the server's words) or told in person. A fact; who relies on a letter
    learns by a job that it failed.

    Refuses with agents.not_allowed.
    """
    policy.permit(by, policy.STEWARD)
    letters = Letter.objects.filter(pk__in=letter_ids)
    letters.update(state=state, said=said[:2000], sent_at=running().at if state == Letter.State.SENT else None)
    for pk, event in letters.values_list("pk", "event") if state == Letter.State.FAILED else ():
        if rules.EVENTS[event].if_failed:
            announce(rules.EVENTS[event].if_failed, pk)
