"""Forms for passkeys: an answer that no device gives is a wrong one, whatever is missing in it."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from django.conf import settings
from django.forms import Form
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AuthenticationResponse, RegistrationResponse


def _check_whole(kind: type[AuthenticationResponse | RegistrationResponse], form: Form) -> None:
    """django-allauth takes some wrong shapes for wrong answers, and falls over the others."""
    try:
        kind.from_dict(form.cleaned_data["credential"])
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise get_adapter().validation_error("incorrect_code") from error


def _number(handle: str) -> str:
    """Whose passkey it is, as django-allauth asks for it, out of `adapters.passkey_handle`; none of another node's.

    A handle may name no node: devices keep the one that a passkey was made with, for good.
    """
    of_node, dot, number = websafe_decode(handle).decode(errors="replace").rpartition(".")
    if dot and of_node != settings.NODE_SHORT_ID:
        raise get_adapter().validation_error("incorrect_code")
    return websafe_encode(number.encode())


class AddForm(AddWebAuthnForm):
    def clean_credential(self) -> Any:
        _check_whole(RegistrationResponse, self)
        return self.cleaned_data["credential"]


class SignInForm(LoginWebAuthnForm):
    def clean_credential(self) -> Any:
        _check_whole(AuthenticationResponse, self)
        answer = self.cleaned_data["credential"]["response"]
        answer["userHandle"] = _number(answer.get("userHandle") or "")
        return super().clean_credential()


class AgainForm(ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        _check_whole(AuthenticationResponse, self)
        return super().clean_credential()
