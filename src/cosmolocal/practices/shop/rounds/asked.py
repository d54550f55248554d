"""The two questions of the shop at its beginning."""

from collections.abc import Mapping
from typing import Any

from cosmolocal.agents.models import Agent
from cosmolocal.kernel.practices import Questions
from cosmolocal.practices.shop import operations, queries
from cosmolocal.practices.shop.rounds.forms import QuestionsForm, typed_answers


def _answer(by: Agent, answers: Mapping[str, Any]) -> None:
    """What else is set stays. Refuses: shop.bad_setting."""
    settings = queries.settings()
    operations.change_settings(
        by=by,
        target_bp=int(answers["target"] * 100),
        transport_bp=int(answers["transport"] * 100),
        grace_minutes=settings.grace_minutes,
        handover_on_holiday=settings.handover_on_holiday,
        closing_on_holiday=settings.closing_on_holiday,
    )


questions = Questions(QuestionsForm, lambda: typed_answers(queries.settings()), _answer)
