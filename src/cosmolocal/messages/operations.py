"""Writing to people: letters are rows first, so that nothing is lost where mail is slow or absent."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent, Contact
from cosmolocal.kernel import clock
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among, insert
from cosmolocal.messages import kinds, rules
from cosmolocal.messages.models import Enclosure, Letter, Outlet, Preference

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
    """One letter to be written: `event` is a key of `kinds.every()`; `url` a page of this node (path only).

    To somebody who is no agent here: `to_id` is None, and `name` and `address` say to whom.
    """

    to_id: int | None
    event: str
    subject: str
    text: str
    url: str = ""
    attachments: tuple[Attachment, ...] = ()
    name: str = ""
    address: str = ""


@operation("messages.send", said=gettext_lazy("wrote letters"))
def send(*, by: Agent, writings: Sequence[Writing], key: str = "") -> list[int]:
    """Writes letters and has them delivered as each reader wishes; ids of the letters. Never refuses an address.

    However many: a fixed number of statements, and one more for each file.
    """
    if not writings:
        return []
    readers = {writing.to_id for writing in writings if writing.to_id is not None}
    addresses = dict(Contact.objects.filter(agent__in=among(readers)).values_list("agent_id", "email"))
    gone = set(Agent.objects.filter(pk__in=among(readers), hidden_at__isnull=False).values_list("pk", flat=True))
    chosen = {(p.agent_id, p.event): p.how for p in Preference.objects.filter(agent__in=among(readers))}
    rows, at = [], running().at
    for writing in writings:
        address = addresses.get(writing.to_id, "") if writing.to_id else writing.address
        how = rules.decide(
            kinds.every()[writing.event],
            chosen.get((writing.to_id or 0, writing.event)),
            has_address=bool(address),
            mail_ready=settings.MAIL_READY,
            left=writing.to_id in gone,
        )
        waits = at if how == rules.NOW else None
        words = (" ".join(writing.subject.split())[:200], writing.text.replace("\0", ""), writing.url)
        rows.append([writing.to_id, writing.name[:160], address, writing.event, *words, _STATE[how], at, waits, waits])
    letters = insert(Letter, _WRITTEN, [[*row, *_NOTHING_YET] for row in rows])
    Enclosure.objects.bulk_create(
        Enclosure(letter_id=letter, name=part.name, content_type=part.content_type, data=part.data)
        for letter, writing in zip(letters, writings, strict=True)
        for part in writing.attachments
    )
    if any(row[-1] for row in rows):
        announce("messages.deliver")
    return letters


# The columns that `send` writes: first those that differ from letter to letter, then what nothing has happened to.
_WRITTEN = (
    *("to", "name", "address", "event", "subject", "text", "url", "state", "written_at", "since", "next_at"),
    *("said", "tries", "daily", "to_note"),
)
_NOTHING_YET = ("", 0, False, False)


@operation("messages.choose", said=gettext_lazy("chose which letters to get"))
def choose(*, by: Agent, event: str, how: str, on_behalf_of: Agent | None = None, key: str = "") -> None:
    """How `by` (or whom she helps) wants to hear of `event`. Refusals: agents.not_yours, messages.unknown_choice,
    messages.must_know.
    """
    agents_policy.require(
        on_behalf_of is None or agents_policy.is_house(by) or agents_policy.acts_for(by, on_behalf_of)
    )
    known = kinds.every().get(event)
    if known is None or how not in Preference.How.values:
        raise Refusal("messages.unknown_choice", _("Choose one of the ways shown for each kind of message."))
    if how == rules.OFF and not known.may_refuse:
        raise Refusal(
            "messages.must_know", _("This one cannot be switched off: others rely on it. Choose another way.")
        )
    Preference.objects.update_or_create(agent=on_behalf_of or by, event=event, defaults={"how": how})


@operation("messages.choose_many", said=gettext_lazy("chose which letters to get"))
def choose_many(*, by: Agent, choices: Mapping[str, str], on_behalf_of: Agent | None = None, key: str = "") -> None:
    """The same for several kinds of letters at once: event -> how. All or none. Refuses as `choose`."""
    for event, how in choices.items():
        choose(by=by, event=event, how=how, on_behalf_of=on_behalf_of)


@operation("messages.mark", said=gettext_lazy("noted what became of letters"), fact=True)
def mark(*, by: Agent, letter_ids: Sequence[int], key: str = "") -> list[int]:
    """What the mail server said to these letters (their rows know it) is noted, once: who relies on a letter learns by
    a job that it was taken or refused. A fact; the ids of those that were not noted yet.

    Refuses with agents.not_allowed.
    """
    agents_policy.permit(by)
    rows = Letter.objects.select_for_update().filter(pk__in=among(letter_ids), to_note=True)
    answered = dict(rows.order_by("pk").values_list("pk", "event"))
    Letter.objects.filter(pk__in=among(answered)).update(to_note=False)
    _tell_who_relies(answered)
    return list(answered)


@operation("messages.tell_in_person", said=gettext_lazy("told somebody what a letter says"), fact=True)
def tell_in_person(*, by: Agent, letter: Letter, key: str = "") -> None:
    """Somebody told the reader what a letter says that did not reach her, or not yet.

    Refuses with agents.not_allowed.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    open_ones = Letter.objects.filter(pk=letter.pk, state__in=[*Letter.STUCK, Letter.State.WAITING])
    if open_ones.update(state=Letter.State.TOLD, next_at=None, to_note=False):
        _tell_who_relies({letter.pk: letter.event})


@operation("messages.send_again", said=gettext_lazy("had a letter sent once more"))
def send_again(*, by: Agent, letter: Letter, key: str = "") -> None:
    """A letter that did not go out is tried once more, to the address its reader has now.

    Refuses: messages.no_address, messages.no_server, messages.code_ended, agents.not_allowed.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    found = Letter.objects.select_for_update().get(pk=letter.pk)
    if found.state not in Letter.STUCK:
        return
    if found.holds_code:
        words = _("A code to sign in ends after some minutes and is not sent again. Make a fresh one on their page.")
        raise Refusal("messages.code_ended", words)
    if not settings.MAIL_READY:
        raise Refusal("messages.no_server", _("This local has no mail server yet. Tell them in person."))
    if found.to_id:
        found.address = Contact.objects.filter(agent=found.to_id).values_list("email", flat=True).first() or ""
    if not found.address:
        raise Refusal("messages.no_address", _("There is no mail address. Write one down first."))
    found.state, found.tries, found.to_note = Letter.State.WAITING, 0, False
    found.since = found.next_at = running().at
    found.save(update_fields=["address", "state", "tries", "to_note", "since", "next_at"])
    announce("messages.deliver")


@operation("messages.begin_daily_mail", said=gettext_lazy("sent the daily mail off"))
def begin_daily_mail(*, by: Agent, key: str = "") -> None:
    """What waited for the evening goes out now, one mail for each reader. Refuses: agents.not_allowed."""
    agents_policy.permit(by)
    Outlet.objects.update_or_create(pk=1, defaults={"daily_on": clock.day_of(running().at)})
    waited = Letter.objects.filter(state=Letter.State.DIGEST)
    if waited.update(state=Letter.State.WAITING, daily=True, since=running().at, next_at=running().at):
        announce("messages.deliver")


@operation("messages.hold", said=gettext_lazy("held all mail back"), fact=True)
def hold(*, by: Agent, key: str = "") -> None:
    """Nothing goes out until a steward says so: after a backup was brought back nobody knows which letters had gone.

    Refuses: agents.not_allowed.
    """
    agents_policy.permit(by)
    Outlet.objects.update_or_create(pk=1, defaults={"held_since": running().at})


@operation("messages.let_go", said=gettext_lazy("let mail go out again"))
def let_go(*, by: Agent, waiting: bool, key: str = "") -> None:
    """Mail goes out again; `waiting`: so do the letters that wait, else they are dropped and only new ones go.

    Refuses: agents.not_allowed.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    held = Letter.objects.filter(state__in=[Letter.State.WAITING, Letter.State.DIGEST]).exclude(event=rules.CODE)
    if waiting:
        held.filter(state=Letter.State.WAITING).update(since=running().at, next_at=running().at)
    else:
        said = _("It was written before mail was let go again, and a steward had it dropped.")
        held.update(state=Letter.State.OFF, next_at=None, said=said)
    Outlet.objects.filter(pk=1).update(held_since=None)
    announce("messages.deliver")


def _tell_who_relies(letters: Mapping[int, str]) -> None:
    """Letter id -> event: one job for each kind of letter that somebody relies on."""
    by_job: dict[str, list[int]] = defaultdict(list)
    for pk, event in letters.items():
        by_job[kinds.every()[event].when_settled].append(pk)
    for job, ids in by_job.items():
        if job:
            announce(job, ids)
