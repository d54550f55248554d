"""Passkeys on django-allauth's pages; what they change is done by operations. Loaded by the first who asks."""

from allauth.account.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from cosmolocal.agents import operations
from cosmolocal.agents.pages import actor


class _Add(AddWebAuthnView):
    def form_valid(self, form: AddWebAuthnForm) -> HttpResponse:
        name, credential = form.cleaned_data["name"], form.cleaned_data["credential"]
        operations.add_passkey(by=actor(self.request), user=self.request.user, name=name, credential=credential)
        _say(self.request, "mfa/messages/webauthn_added.txt")
        return redirect("mfa_index")


class _Rename(EditWebAuthnView):
    def form_valid(self, form: EditWebAuthnForm) -> HttpResponse:
        operations.rename_passkey(by=actor(self.request), passkey=self.object, name=form.cleaned_data["name"])
        return HttpResponseRedirect(self.get_success_url())


class _Remove(RemoveWebAuthnView):
    def form_valid(self, form: Form) -> HttpResponse:
        operations.remove_passkey(by=actor(self.request), passkey=self.object)
        _say(self.request, "mfa/messages/webauthn_removed.txt")
        return HttpResponseRedirect(self.get_success_url())


def _say(request: HttpRequest, template: str) -> None:
    get_adapter(request).add_message(request, messages.SUCCESS, template)


add, rename, remove = _Add.as_view(), _Rename.as_view(), _Remove.as_view()
