"""People: added alone or whole (person, household, membership, role), their contact, profile and user."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import naming, policy, queries, rights, sessions
from cosmolocal.agents.bank_numbers import bank_number
from cosmolocal.agents.models import Agent, Contact, Membership, Role, User
from cosmolocal.kernel import clock
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal


@dataclass(frozen=True)
class ContactDraft:
    """How somebody is reached and paid; all of it may be missing."""

    email: str = ""
    phone: str = ""
    address: str = ""
    iban: str = ""
    bank_name: str = ""
    note: str = ""


@operation("agents.add_person", said=gettext_lazy("added a person"))
def add_person(
    *, by: Agent, name: str, contact: ContactDraft | None = None, code: str = "", language: str = "", key: str = ""
) -> Agent:
    """Adds a person, with or without mail or phone; no membership, role or user yet.

    Refuses: agents.name_missing, agents.code_taken, agents.not_allowed.
    """
    policy.permit(by, policy.STEWARD, policy.TREASURER)
    person = new_agent(Agent.Kind.PERSON, name, code=code, language=language)
    add_contact(person, contact or ContactDraft())
    return person


@operation("agents.add_member", said=gettext_lazy("added a person"))
def add_member(
    *,
    by: Agent,
    name: str,
    email: str = "",
    phone: str = "",
    address: str = "",
    household_name: str = "",
    joined: date | None = None,
    role: str = Role.Name.MEMBER,
    code: str = "",
    household: Agent | None = None,
    key: str = "",
) -> Agent:
    """Adds a person in a household (given, or a new one of `household_name`), a member since `joined`, able to sign in.

    `code` is the household's number on paper. A guest gets no household; a household without a name has the person's,
    with a number where another one is called so. Refuses: agents.name_missing, agents.name_taken, agents.code_taken,
    agents.mail_taken, agents.was_here, agents.day_to_come (nobody is a member since a day to come), agents.not_allowed.
    """
    policy.permit(by, policy.STEWARD, policy.TREASURER)
    if joined is not None and joined > clock.today():
        sentence = _("This day has not come yet. Write since when she is a member, or leave it empty for today.")
        raise Refusal("agents.day_to_come", sentence, field="joined")
    if role not in (Role.Name.MEMBER, Role.Name.GUEST):
        policy.permit(by, policy.STEWARD)
        sessions.require_own_or_house(by)
    since, local = joined or clock.today(), queries.home_local()
    person = new_agent(Agent.Kind.PERSON, name)
    add_contact(person, ContactDraft(email=email, phone=phone, address=address))
    if email:
        _let_in(by, person, email)
    if role == Role.Name.GUEST:
        Role.objects.create(agent=person, name=role, since=since)
        return person
    if household is None:
        household = new_household(name, household_name, code=code, address=address, since=since)
    else:
        announce("website.tell_of_newcomer", household.pk, person.pk, by.pk)
    Membership.objects.bulk_create(
        [Membership(member=person, group=group, since=since) for group in (local, household)]
    )
    if role != Role.Name.MEMBER:
        Role.objects.create(agent=person, name=role, since=since)
    return person


@operation("agents.make_user", said=gettext_lazy("let somebody sign in"))
def make_user(*, by: Agent, agent: Agent, email: str = "", key: str = "") -> User:
    """Lets a person sign in, by mail where she has one; once per person. Who writes the address can come in by it.

    Refuses: agents.mail_taken, agents.was_here, agents.not_allowed.
    """
    policy.permit(by, policy.STEWARD)
    return _let_in(by, agent, email)


def _let_in(by: Agent, agent: Agent, email: str) -> User:
    existing = User.objects.filter(agent=agent).first()
    address = User.objects.normalize_email(email.strip()).lower() or None
    if address:
        _require_free(address, existing)
    if existing is None:
        made = User.objects.create_user(email=address, agent=agent)
        sessions.new_way_in(made, by)
        return made
    if address and existing.email != address:
        _sign_in_with(by, existing, address)
    return existing


@operation("agents.change_contact", said=gettext_lazy("changed how somebody is reached"))
def change_contact(
    *, by: Agent, agent: Agent, contact: ContactDraft, on_behalf_of: Agent | None = None, key: str = ""
) -> Contact:
    """Writes how an agent is reached and paid; signing in follows the mail address, which no helper changes. Who writes
    her own is not told whose it was before (`claim_mail`).

    Refuses: agents.not_yours, agents.mail_taken, agents.was_here, agents.mail_is_hers, agents.bad_iban,
    agents.session_lent (a bank account), agents.way_in_lent (her own mail address), agents.right_too_new (that of who
    keeps the money).
    """
    policy.require(
        policy.is_house(by) or policy.is_steward(by) or policy.speaks_for(by, agent) or policy.acts_for(by, agent)
    )
    row, _new = Contact.objects.select_for_update().get_or_create(agent=agent)
    if agent.kind == Agent.Kind.PERSON and contact.email.strip().lower() != row.email.lower():
        if by.pk != agent.pk and not policy.is_house(by) and not policy.is_steward(by):
            raise Refusal(
                "agents.mail_is_hers",
                _("This mail address is for signing in. Only the person herself or a steward can change it."),
                field="email",
            )
        _move_sign_in(by, agent, contact.email)
    had, mail = (row.iban, row.bank_name), row.email
    if (contact.iban.strip(), contact.bank_name.strip()) != had:
        sessions.require_own()
    for name, value in vars(contact).items():
        setattr(row, name, value.strip())
    if row.iban != had[0]:
        row.iban = bank_number(row.iban)
    if (row.iban, row.bank_name) != had:
        row.number_deed_id = running().id
        announce("money.tell_of_number", agent.pk, by.pk, mail)
    row.save()
    return row


@operation("agents.change_profile", said=gettext_lazy("changed a profile"))
def change_profile(
    *,
    by: Agent,
    agent: Agent,
    name: str,
    about: str = "",
    language: str = "",
    is_public: bool = False,
    shown_to_members: bool = False,
    on_behalf_of: Agent | None = None,
    key: str = "",
) -> Agent:
    """Changes how a person shows herself, and to whom. A minor is never public; a helper shows nobody to more.

    Refuses: agents.name_missing, agents.minor_not_public, agents.hers_to_show, agents.not_yours.
    """
    policy.require(policy.is_house(by) or policy.acts_for(by, agent) or policy.is_steward(by))
    if not one_line(name):
        raise Refusal("agents.name_missing", _("Please give a name."), field="name")
    contact, _new = Contact.objects.select_for_update().get_or_create(agent=agent)
    if is_public and contact.is_minor:
        raise Refusal(
            "agents.minor_not_public",
            _("Nobody under age is shown to strangers. Members may see you."),
            field="is_public",
        )
    locked = Agent.objects.select_for_update().get(pk=agent.pk)
    shows_more = (is_public and not locked.is_public) or (shown_to_members and not contact.shown_to_members)
    if shows_more and by.pk != agent.pk and not policy.is_house(by) and not policy.is_steward(by):
        raise Refusal(
            "agents.hers_to_show",
            _("Who sees her is for her to decide. Leave it as it is; she, or a steward whom she asks, can change it."),
            field="sight",
        )
    locked.name, locked.about, locked.language, locked.is_public = name.strip(), about.strip(), language, is_public
    locked.save(update_fields=["name", "about", "language", "is_public"])
    contact.shown_to_members = shown_to_members
    contact.save(update_fields=["shown_to_members"])
    return locked


@operation("agents.note_age", said=gettext_lazy("noted whether somebody is under age"))
def note_age(*, by: Agent, agent: Agent, is_minor: bool, key: str = "") -> Contact:
    """Notes whether a person is under age; who is stands on no public page. Refuses: agents.not_allowed."""
    policy.permit(by, policy.STEWARD)
    contact, _new = Contact.objects.select_for_update().get_or_create(agent=agent)
    contact.is_minor = is_minor
    contact.save(update_fields=["is_minor"])
    if is_minor:
        Agent.objects.filter(pk=agent.pk).update(is_public=False)
    return contact


def new_agent(kind: str, name: str, **fields: Any) -> Agent:
    """A row for somebody or something new; inside operations only. Refuses: agents.name_missing, agents.code_taken."""
    if not one_line(name):
        raise Refusal("agents.name_missing", _("Please give a name."), field="name")
    code = fields["code"] = str(fields.get("code") or "").strip()
    if code and Agent.objects.filter(code=code).exists():
        raise Refusal(
            "agents.code_taken", _("The number %(code)s is somebody else's already.") % {"code": code}, field="code"
        )
    return Agent.objects.create(kind=kind, name=name.strip(), created_at=running().at, **fields)


def new_household(of: str, name: str = "", *, code: str = "", address: str = "", since: date | None = None) -> Agent:
    """A household that belongs to the local, called `name` or after the person `of`; inside operations only.

    Refuses: agents.name_missing, agents.name_taken, agents.code_taken.
    """
    if one_line(name):
        naming.require_free(name, field="household_name")
    household = new_agent(Agent.Kind.HOUSEHOLD, one_line(name) or naming.made_free(of), code=code)
    add_contact(household, ContactDraft(address=address))
    Membership.objects.create(member=household, group=queries.home_local(), since=since or clock.today())
    announce("website.open_accounts", household.pk)
    return household


def add_contact(agent: Agent, draft: ContactDraft) -> Contact:
    """The contact row of a new agent; inside operations only. Refuses: agents.session_lent (a bank account)."""
    if draft.iban.strip():
        sessions.require_own()
    values = {name: value.strip() for name, value in vars(draft).items()}
    wrote = running().id if draft.iban.strip() else None
    return Contact.objects.create(agent=agent, number_deed_id=wrote, **values | {"iban": bank_number(draft.iban)})


def _move_sign_in(by: Agent, person: Agent, email: str) -> None:
    user = User.objects.filter(agent=person).first()
    address = email.strip().lower()
    if user is None or (user.email or "") == address:
        return
    rights.require_settled_for(by, person)
    if not address:
        _sign_in_with(by, user, None)
    elif by.pk == person.pk and not policy.is_steward(by):
        claim_mail(by, user, address)
    else:
        _require_free(address, user)
        _sign_in_with(by, user, address)


def claim_mail(by: Agent, user: User, email: str) -> None:
    """She signs in with this address from now on, if it is nobody else's; inside operations only.

    Whoever writes it reads and waits the same either way: members are not to be told from others by trying addresses.
    Only the mailbox learns whose it is, by a letter.
    """
    address = User.objects.normalize_email(email.strip()).lower()
    is_free = not User.objects.filter(email=address).exclude(pk=user.pk).exists()
    _sign_in_with(by, user, address if is_free else None)
    announce("website.tell_of_claimed_mail", user.agent_id, address)


def _require_free(address: str, user: User | None) -> None:
    """One address, one person: also of those who left, who may come back."""
    other = User.objects.filter(email=address).first()
    if other is None or other == user:
        return
    if queries.gone_with(address) is not None:
        raise Refusal(
            "agents.was_here",
            _(
                "Somebody who left signed in with this mail address. A steward can bring that person back: "
                "People, search for the address, “Is back”. For somebody else, use another address."
            ),
            field="email",
        )
    raise Refusal(
        "agents.mail_taken", _("Somebody signs in with this mail address already. Use another one."), field="email"
    )


def _sign_in_with(by: Agent, user: User, address: str | None) -> None:
    """The old address no longer opens the door, and is told so, whoever it was: she may not be the one who did it."""
    if by.pk == user.agent_id:
        sessions.require_own_way(user)
    if user.email:
        announce("website.tell_of_moved_mail", user.agent_id, user.email, by.pk)
    sessions.new_way_in(user, by)
    EmailAddress.objects.filter(user=user).delete()
    user.email = address
    user.save(update_fields=["email"])
