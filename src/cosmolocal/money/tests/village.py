"""The village in which money is tested: a local, its currency, boxes, some households, a farm, treasurers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import CommitmentDraft
from cosmolocal.kernel import clock
from cosmolocal.kernel.tests.refusing import refused
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import Account, Currency, MoneyBox

__all__ = ["BEGIN", "Village", "build", "refused"]

BEGIN = datetime(2026, 9, 1, 8, tzinfo=UTC)


@dataclass
class Village:
    """Everybody and everything a test of money needs; amounts are fen (2 decimals)."""

    house: Agent
    currency: Currency
    bank: MoneyBox
    cash: MoneyBox
    wei: Agent
    lin: Agent
    li_na: Agent
    amina: Agent
    jo: Agent
    farm: Agent
    huang: Agent

    def account(self, person_or_group: Agent, kind: str = "member") -> Account:
        holder = agents_queries.household_of(person_or_group) or person_or_group
        found = queries.account_for(holder, kind)
        assert found is not None
        return found

    def top_up(self, person: Agent, amount: int, box: MoneyBox | None = None, key: str = "") -> None:
        money.top_up(by=self.wei, account=self.account(person), box=box or self.bank, amount=amount, key=key)

    def has(self, person_or_account: Agent | Account, kind: str = "member") -> int:
        account = person_or_account if isinstance(person_or_account, Account) else self.account(person_or_account, kind)
        return queries.balance(account).balance

    def payment(
        self, account: Account, target: Account, amount: int, agreement_id: int | None = None
    ) -> CommitmentDraft:
        """The promise to pay a sum, as an order of the shop makes it."""
        return CommitmentDraft(
            *("transfer", account.holder_id, target.holder_id, account.currency.specification_id, amount),
            agreement=agreement_id,
            is_reciprocal=True,
            resource=account.resource_id,
            to_resource=target.resource_id,
        )

    def set_aside(self, account: Account, target: Account, amount: int, agreement_id: int | None = None) -> int:
        """Sets a sum aside for an order; the id of the commitment."""
        [made] = flows.commit(by=self.house, drafts=[self.payment(account, target, amount, agreement_id)])
        return made.pk

    def fund(self, code: str) -> int:
        return queries.balance(queries.fund(code)).balance

    def in_box(self, box: MoneyBox) -> int:
        box.resource.refresh_from_db()
        return box.resource.accounting_quantity


def build(*, cash_step: int = 1, currency: str = "CNY") -> Village:
    """A village on 1 September 2026, Shanghai time: two treasurers (Wei, Lin), steward Li Na, members Amina and Jo."""
    house = agents_queries.system()
    with clock.frozen_at(BEGIN):
        wish = agents.LocalDraft(name="Ainonghui", zone="Asia/Shanghai", currency=currency)
        agents.found_local(by=house, draft=wish)
        cny = money.open_currency(by=house, code=currency, decimals=2, symbol="¥", cash_step=cash_step)
        number = "ES91 2100 0418 4502 0005 1332" if currency == "EUR" else "6228 4800"
        bank = money.open_box(by=house, kind="bank", name="Rural credit bank", number=number, bank_name="RCB")
        cash = money.open_box(by=house, kind="cash", name="Cash box")
        since = date(2026, 9, 1)
        wei, lin, li_na, amina, jo, huang = (
            agents.add_member(by=house, name=name, joined=since)
            for name in ("Wei Guo", "Lin Fang", "Li Na", "Amina", "Jo", "Huang Dacheng")
        )
        for person, role in ((wei, "treasurer"), (lin, "treasurer"), (li_na, "steward")):
            agents.give_role(by=house, agent=person, role=role)
        farm = agents.add_producer(by=house, name="Huang farm")
        agents.join(by=house, member=huang, group=farm)
        for person in (wei, lin, li_na, amina, jo):
            money.open_account(by=house, holder=agents_queries.household_of(person) or person)
        money.open_account(by=house, holder=farm, kind="producer")
    return Village(house, cny, bank, cash, wei, lin, li_na, amina, jo, farm, huang)
