"""Codes to sign in on their way: letters whose text nobody but the reader may know, and that are of use for minutes.

They go while other mail is held or waits for its server, and are tried again every few seconds until they end.
"""

import hashlib
import json
import os
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from allauth.account.internal.userkit import filter_users_by_email
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Min, QuerySet, Value
from django.db.models.functions import Concat, Left
from django.utils.translation import gettext as _

from cosmolocal.agents.languages import speaking_to
from cosmolocal.kernel import clock, jobs, node
from cosmolocal.messages import delivery, outbox, queries, rules
from cosmolocal.messages.models import Letter, Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_PATIENCE = 10  # seconds: who waits for a code waits for no server that says nothing
State = Letter.State
Words = tuple[str, str, str]  # address, subject, text


def write(address: str, subject: str, text: str, *, until: datetime) -> None:
    """Leaves a mail for the worker. It takes the same whether anybody has the address: who that is, the worker asks."""
    words = _encrypted((address, subject, text))
    with transaction.atomic():
        Secret.objects.create(words=words, until=until, next_at=clock.now())
        jobs.enqueue("messages.deliver_codes")


def deliver() -> datetime | None:
    """Offers codes that are due to the mail server; the moment at which the next one is due."""
    end()
    talk = delivery.Conversation(_PATIENCE)
    with node.at_home():
        while settings.MAIL_READY and (secret := _claim()) is not None:
            if not _offer(secret, talk):
                break
    talk.close()
    return _waiting().aggregate(soonest=Min("next_at"))["soonest"] if settings.MAIL_READY else None


def is_something_due(now: datetime) -> bool:
    """Does a code wait whose moment has come, or one that no worker has seen?"""
    return Secret.objects.filter(next_at__lte=now).exists()


def end() -> None:
    """Codes that have ended: their text goes, and who asked for one in vain stands on the steward's list."""
    _take_in()
    now = clock.now()
    late = Secret.objects.filter(until__lte=now)
    waits = Letter.objects.filter(state=State.WAITING, event=rules.CODE)
    said = Concat(Value(_("The code ended before the mail server took it.") + " "), Left("said", 1900))
    with transaction.atomic():
        waits.filter(secret__in=late).update(state=State.FAILED, said=said, since=now)
        late.delete()
        # In a backup are letters without their secret.
        waits.filter(secret=None).update(state=State.OFF, said=_("The code has ended."), since=now)


def _take_in() -> None:
    """Makes a letter of each code that somebody here asked for; one that could not reach her before has no more use."""
    with transaction.atomic():
        for secret in Secret.objects.filter(letter=None).order_by("pk").select_for_update(skip_locked=True):
            words = _decrypted(secret)
            found = (
                filter_users_by_email(words[0], is_active=True, prefer_verified=True, for_login=True) if words else []
            )
            reader = found[0].agent if found else None
            if words is None or reader is None:
                secret.delete()
                continue
            Letter.objects.filter(to=reader, event=rules.CODE, state__in=Letter.STUCK).delete()
            now, state = clock.now(), State.WAITING if settings.MAIL_READY else State.NO_MAIL
            with speaking_to(reader):
                subject = _("Your code to sign in")
            secret.letter = Letter.objects.create(
                to=reader,
                address=found[0].email or words[0],
                event=rules.CODE,
                subject=subject,
                state=state,
                written_at=now,
                since=now,
            )
            secret.save(update_fields=["letter"])


def _waiting() -> QuerySet[Secret]:
    return Secret.objects.filter(letter__state=State.WAITING, until__gt=clock.now())


def _claim() -> Secret | None:
    """One that is due, taken for some seconds: who claimed it may have died."""
    now = clock.now()
    with transaction.atomic():
        due = _waiting().filter(next_at__lte=now).order_by("next_at", "pk")
        found = due.select_for_update(skip_locked=True, of=("self",)).first()
        if found is not None:
            found.next_at = now + rules.CODE_CLAIMED_FOR
            found.save(update_fields=["next_at"])
    return found


def _offer(secret: Secret, talk: delivery.Conversation) -> bool:
    """Whether the server talks to this node at all."""
    words, letter = _decrypted(secret), secret.letter
    if words is None or letter is None:
        secret.delete()
        return True
    if (trouble := talk.open()) is not None:
        _again(secret, letter, trouble.said)
        if queries.outlet().down_since is None:
            outbox.server_is_down(trouble.said)
        return False
    answer = talk.give(partial(_mail, letter, words))
    if answer.verdict == rules.SENT:
        _done(secret, letter, State.SENT, "")
        outbox.server_is_up()
    elif answer.verdict == rules.REFUSED:
        _done(secret, letter, State.FAILED, answer.said)
    else:
        _again(secret, letter, answer.said)
    return True


def _mail(letter: Letter, words: Words) -> EmailMessage:
    _address, subject, text = words
    headers = {"Message-ID": delivery.message_id([letter])}
    return EmailMessage(subject, text, to=[letter.address], headers=headers)


def _done(secret: Secret, letter: Letter, state: str, said: str) -> None:
    with transaction.atomic():
        secret.delete()
        rows = Letter.objects.filter(pk=letter.pk, state=State.WAITING)
        rows.update(state=state, said=said[:2000], since=clock.now())


def _again(secret: Secret, letter: Letter, said: str) -> None:
    tries = secret.tries + 1
    next_at = clock.now() + rules.pause(tries, rules.CODE_PAUSES)
    with transaction.atomic():
        Secret.objects.filter(pk=secret.pk).update(tries=tries, next_at=next_at)
        Letter.objects.filter(pk=letter.pk, state=State.WAITING).update(tries=tries, said=said[:2000])


def _cipher() -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - only who needs it loads it

    return AESGCM(hashlib.sha256(f"cosmolocal.messages.codes:{settings.SECRET_KEY}".encode()).digest())


def _encrypted(words: Words) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher().encrypt(nonce, json.dumps(words).encode(), None)


def _decrypted(secret: Secret) -> Words | None:
    """None where the node has another key by now."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415

    data = bytes(secret.words)
    try:
        address, subject, text = json.loads(_cipher().decrypt(data[:_NONCE], data[_NONCE:], None))
    except (InvalidTag, ValueError):
        return None
    return address, subject, text
