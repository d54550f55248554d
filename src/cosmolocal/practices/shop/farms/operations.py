"""A farm knows what to bring when the mail server took its order, or when somebody has called."""

from collections.abc import Sequence

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent
from cosmolocal.kernel.operation import operation, running
from cosmolocal.messages import operations as messages
from cosmolocal.messages.models import Letter
from cosmolocal.messages.operations import Writing
from cosmolocal.practices.shop import policy
from cosmolocal.practices.shop.models import ProducerOrder

MAIL, CALL, RETURNED = "mail", "call", "returned"


@operation("shop.mark_told", said=gettext_lazy("noted that a farm knows its order"))
def mark_told(*, by: Agent, producer_order: ProducerOrder, how: str, key: str = "") -> ProducerOrder:
    """The producer knows what to bring: by `mail` or by `call`. A letter that did not reach her is told with it."""
    policy.permit_steward(by)
    found = ProducerOrder.objects.select_for_update().get(pk=producer_order.pk)
    if found.told_at is None:
        found.told_at, found.told_how = running().at, how
        found.save(update_fields=["told_at", "told_how"])
        if found.letter is not None and found.letter.state in Letter.STUCK:
            messages.tell_in_person(by=by, letter=found.letter)
    return found


@operation("shop.write_to_producer", said=gettext_lazy("wrote to a farm"))
def write_to_producer(*, by: Agent, producer_order: ProducerOrder, writing: Writing) -> ProducerOrder:
    """Writes a farm its order, once. She counts as told when the mail server took it: see `hear_of_letters`."""
    policy.permit_steward(by)
    found = ProducerOrder.objects.select_for_update().get(pk=producer_order.pk)
    if found.told_at is None and found.letter_id is None:
        [found.letter_id] = messages.send(by=by, writings=[writing])
        found.save(update_fields=["letter"])
    return found


@operation("shop.hear_of_letters", said=gettext_lazy("noted what became of the mails to farms"), fact=True)
def hear_of_letters(*, by: Agent, letter_ids: Sequence[int], key: str = "") -> None:
    """What became of the orders to farms that went by mail: the farm knows, was told in person, or is to be called.

    Refuses: agents.not_allowed.
    """
    policy.permit_steward(by)
    untold = ProducerOrder.objects.filter(told_at=None, letter__in=letter_ids)
    sent_at = Subquery(Letter.objects.filter(pk=OuterRef("letter_id")).values("since")[:1])
    untold.filter(letter__state=Letter.State.FAILED).update(told_how=RETURNED)
    untold.filter(letter__state=Letter.State.TOLD).update(told_how=CALL, told_at=running().at)
    untold.filter(letter__state=Letter.State.SENT).update(told_how=MAIL, told_at=sent_at)
