"""The list of people, one person, her contact, tasks, helpers and sign-in codes: a steward's pages."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents import forms, listings, operations, policy, queries, rights
from cosmolocal.agents.models import Agent, Contact, Helping, Role, in_force
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.agents.pages import actor, form_page, listing_page, post
from cosmolocal.kernel import clock, ids
from cosmolocal.kernel.access import open_to


@open_to("steward")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, with household and tasks; searched by name, number, mail or phone."""
    deeds = (
        (_("Add somebody"), reverse("agents:add"), "plus"),
        (_("Invite by link"), reverse("agents:invitations"), "qr"),
    )
    return listing_page(request, listings.people, back=(reverse("steward"), _("To do")), deeds=deeds)


@open_to("together")
def directory(request: HttpRequest) -> HttpResponse:
    """Members who show themselves to members, and who looks after what."""
    return listing_page(
        request,
        listings.directory,
        template="agents/directory.html",
        width="narrow",
        lead=_("People with a task, your circles, and members who like to be found."),
        back=(reverse("me"), _("Me")),
    )


@open_to("signed_in")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person or group, as far as the reader may know of her."""
    reader = queries.reader(request)
    agent = get_object_or_404(queries.visible_to(reader).select_related("place"), pk=pk)
    if agent.kind == Agent.Kind.CIRCLE:
        return redirect("agents:circle", pk=agent.pk)
    sees = policy.may_see_contact(reader, agent)
    household = queries.household_of(agent) if agent.kind == Agent.Kind.PERSON else None
    context: dict[str, Any] = {
        "agent": agent,
        "contact": Contact.objects.filter(agent=agent).first() if sees else None,
        "household": household if household and policy.may_see_household(reader, agent, household) else None,
        "members": queries.members_of(agent) if agent.kind != Agent.Kind.PERSON else [],
        "may_change": reader.has(policy.STEWARD),
        "lists_people": reader.has(policy.STEWARD, policy.AUDITOR),
        "is_steward_page": reader.has(*queries.SEES_ALL),
    }
    if context["is_steward_page"]:
        context |= {
            "roles": Role.objects.filter(in_force(clock.today()), agent=agent).select_related("scope", "place"),
            "helpings": queries.helpers_of(agent),
            "signs_in": queries.sign_in_of(agent),
            "code_waits": rights.words_for(actor(request), agent) if context["may_change"] else "",
            "leaving": getattr(agent, "leaving", None),
        }
    return render(request, "agents/person.html", context)


@open_to("steward")
def add(request: HttpRequest) -> HttpResponse:
    """A new person."""

    def act(data: dict[str, Any]) -> str:
        found = operations.add_member(by=actor(request), **data)
        messages.success(request, _("%(name)s is here now.") % {"name": found.name})
        return reverse("agents:person", args=[found.pk])

    return form_page(
        request,
        forms.PersonForm(request.POST or None),
        act,
        title=_("Add a person"),
        lead=_("Only the name is needed. Nobody needs mail or a phone."),
        submit=_("Add this person"),
        back=(reverse("agents:people"), _("People")),
    )


@open_to("steward")
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """How somebody is reached, corrected by a steward; who may only read stays on the page that says who sees it."""
    agent = _get_person_or_404(request, pk)
    if not policy.may_enter(queries.reader(request), policy.STEWARD, "POST"):
        return redirect("agents:person", agent.pk)
    kind = forms.ContactForm if agent.kind == Agent.Kind.PERSON else forms.PaidContactForm
    kept = Contact.objects.filter(agent=agent).first() or Contact(agent=agent)
    form = kind(request.POST or None, initial={name: getattr(kept, name) for name in kind.base_fields if name != "key"})

    def act(data: dict[str, Any]) -> None:
        draft = contact_draft(data, kept)
        operations.change_contact(by=actor(request), agent=agent, contact=draft, key=data["key"])

    title = _("How %(name)s is reached") % {"name": agent.name}
    return form_page(request, form, act, said=_("Kept."), title=title, back=_page_of(agent))


def contact_draft(data: dict[str, Any], kept: Contact) -> ContactDraft:
    """What was typed, and what stays as it was."""
    names = ("email", "phone", "address", "iban", "bank_name", "note")
    return ContactDraft(**{name: data.get(name, getattr(kept, name)) for name in names})


@open_to("steward")
def roles(request: HttpRequest) -> HttpResponse:
    """Who looks after what."""
    standing = Role.objects.filter(in_force(clock.today()), agent__hidden_at=None)
    held = list(standing.select_related("agent", "scope", "place").order_by("agent__name", "id"))
    beside = (Role.Name.MEMBER, Role.Name.GUEST, Role.Name.PRODUCER)
    names = [task for task in Role.offered().items() if task[0] not in beside]
    rows = [(capfirst(label), [role for role in held if role.name == name]) for name, label in names]
    return render(request, "agents/roles.html", {"rows": rows})


@open_to("steward")
def give_role(request: HttpRequest, pk: int) -> HttpResponse:
    """One more task for somebody."""
    agent = _get_person_or_404(request, pk)
    return form_page(
        request,
        forms.RoleForm(request.POST or None),
        lambda data: operations.give_role(by=actor(request), agent=agent, **data),
        said=_("%(name)s has a task more.") % {"name": agent.name},
        title=_("A task for %(name)s") % {"name": agent.name},
        submit=_("Give the task"),
        back=_page_of(agent),
    )


@open_to("steward")
@require_POST
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a task back."""
    role = get_object_or_404(Role, pk=pk)
    return post(
        request,
        lambda key: operations.end_role(by=actor(request), role=role, key=key),
        to="agents:roles" if request.POST.get("next") == "roles" else reverse("agents:person", args=[role.agent_id]),
        said=_("The task has ended."),
    )


@open_to("steward")
def helper(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody acts for a member who has agreed."""
    member = _get_person_or_404(request, pk)
    return form_page(
        request,
        forms.HelperForm(request.POST or None, member=member),
        lambda data: operations.start_helping(by=actor(request), member=member, **data),
        said=_("It is noted who helps, and how it was agreed."),
        title=_("A helper for %(name)s") % {"name": member.name},
        lead=_("The helper orders and reads for this person. Each deed carries both names."),
        submit=_("Note it"),
        back=_page_of(member),
    )


@open_to("signed_in")
@require_POST
def end_helping(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends it: by the member, the helper or a steward."""
    mine = queries.reader(request)
    own = Q(helper=mine.agent) | Q(member=mine.agent)
    reach = Helping.objects.all() if mine.has(policy.STEWARD) else Helping.objects.filter(own)
    helping = get_object_or_404(reach, pk=pk)
    steward_page = reverse("agents:person", args=[helping.member_id])
    return post(
        request,
        lambda key: operations.end_helping(by=actor(request), helping=helping, key=key),
        to=steward_page if mine.has(policy.STEWARD) else "agents:helping",
        said=_("It has ended."),
    )


@open_to("steward")
@require_POST
def note_age(request: HttpRequest, pk: int) -> HttpResponse:
    """Under age, or not any more."""
    agent = _get_person_or_404(request, pk)
    is_minor = request.POST.get("minor") == "1"
    return post(
        request,
        lambda key: operations.note_age(by=actor(request), agent=agent, is_minor=is_minor, key=key),
        to=reverse("agents:person", args=[pk]),
        said=_("It is noted."),
    )


@open_to("steward")
@require_POST
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Who left is here again."""
    gone = get_object_or_404(queries.visible_to(queries.reader(request)), pk=pk, kind=Agent.Kind.PERSON)
    return post(
        request,
        lambda key: operations.bring_back(by=actor(request), agent=gone, key=key),
        to=reverse("agents:person", args=[pk]),
        said=_("%(name)s is a member again. Tasks, circles and helpers are given anew.") % {"name": gone.name},
    )


@open_to("steward")
@require_POST
def sign_in_code(request: HttpRequest, pk: int) -> HttpResponse:
    """A one-time code to show or print: the page shows it this once."""
    agent = _get_person_or_404(request, pk)
    code = ids.fresh_code(8)
    made = operations.make_sign_in_code(
        by=actor(request), on_behalf_of=agent, code=code, printed=request.POST.get("printed") == "1"
    )
    context = {
        "agent": agent,
        "code": f"{code[:4]}-{code[4:]}",
        "made": made,
        "address": request.build_absolute_uri(reverse("agents:use_code")),
    }
    return render(request, "agents/sign_in_code.html", context)


@open_to("steward")
@require_POST
def sign_out(request: HttpRequest, pk: int) -> HttpResponse:
    """A lost phone: every session of somebody ends."""
    agent = _get_person_or_404(request, pk)
    return post(
        request,
        lambda key: operations.sign_out_everywhere(by=actor(request), agent=agent, key=key),
        to=reverse("agents:person", args=[pk]),
        said=_("%(name)s is signed out everywhere.") % {"name": agent.name},
    )


def _page_of(agent: Agent) -> tuple[str, str]:
    return reverse("agents:person", args=[agent.pk]), agent.name


def _get_person_or_404(request: HttpRequest, pk: int) -> Agent:
    return get_object_or_404(queries.visible_to(queries.reader(request)), pk=pk, hidden_at=None)
