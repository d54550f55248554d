"""Who may do what with goods: asked by operations and by templates, so that button and rule cannot disagree."""

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent, Role
from cosmolocal.agents.queries import Reader
from cosmolocal.catalog.models import Product, SupplierTerms


def may_describe(agent: Agent, producer: Agent) -> bool:
    """May she tell about a producer's goods (words, photo, stock): a steward, or the producer's own people?"""
    return (
        agents_policy.is_house(agent)
        or agents_policy.is_steward(agent)
        or agents_policy.may_act_for_producer(agent, producer)
    )


def may_manage(reader: Reader) -> bool:
    """May she add goods, change packs and set prices?"""
    return reader.has(agents_policy.STEWARD)


def may_see_purchase(reader: Reader, product: Product, terms: SupplierTerms | None) -> bool:
    """May she read what the producer gets: every member of the local, and strangers where the producer wants it?"""
    if reader.has(Role.Name.MEMBER, agents_policy.STEWARD, agents_policy.TREASURER, agents_policy.AUDITOR):
        return True
    if terms is not None and terms.share_is_public:
        return True
    return reader.agent is not None and agents_policy.may_act_for_producer(reader.agent, product.producer)
