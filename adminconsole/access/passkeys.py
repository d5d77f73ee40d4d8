"""Adding a passkey and showing it: https://www.w3.org/TR/webauthn-3/, read by the library webauthn.

Each begins with options for the browser, whose challenge waits in the session for one answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar, cast
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.locks import lock_person
from accounts.models import User
from adminconsole.models import Passkey
from oo.lib.text import one_line

log = logging.getLogger(__name__)
T = TypeVar("T")

CHALLENGE = "passkey_challenge"
ADD, SHOW = "add", "show"
PATIENCE = timedelta(minutes=5)
MOST, LONGEST_NAME = 10, 60
VERIFIED = UserVerificationRequirement.REQUIRED  # by finger, face or PIN: else it is a mere thing


class Refused(Exception):
    """Its text is for the person."""


def begin_adding(request: HttpRequest, *, at: datetime) -> str:
    """JSON for navigator.credentials.create()."""
    user = _user(request)
    options = webauthn.generate_registration_options(
        rp_id=_rp_id(),
        rp_name="oO",
        user_id=user.pk.bytes,
        user_name=user.email,
        user_display_name=user.get_full_name(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=VERIFIED
        ),
        exclude_credentials=_described(user),
    )
    _keep_challenge(request, ADD, options.challenge, at)
    return webauthn.options_to_json(options)


def finish_adding(
    request: HttpRequest, answer: str, *, name: str, at: datetime, only_first: bool = False
) -> Passkey:
    """Raises Refused. `only_first`: where no other one is shown, there must be none to show."""
    challenge = _take_challenge(request, ADD, at)
    given = _read(lambda: parse_registration_credential_json(answer))
    found = _read(
        lambda: webauthn.verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=settings.OO_BASE_URL,
            require_user_verification=True,
        )
    )
    user, credential_id = _user(request), bytes_to_base64url(found.credential_id)
    with transaction.atomic():
        if not lock_person(user.pk):
            raise Refused(_("This account is not open any more."))
        count = Passkey.objects.filter(user=user).count()
        if only_first and count:
            raise Refused(_("You have a passkey already: show that one."))
        if count >= MOST:
            raise Refused(_("You have reached the limit for passkeys. Remove one first."))
        if Passkey.objects.filter(credential_id=credential_id).exists():
            raise Refused(_("This passkey is known here already."))
        return Passkey.objects.create(
            user=user,
            credential_id=credential_id,
            public_key=bytes_to_base64url(found.credential_public_key),
            sign_count=found.sign_count,
            transports=",".join(each.value for each in given.response.transports or ())[:80],
            name=one_line(name.replace("\x00", ""), LONGEST_NAME) or _("Passkey"),
            added_at=at,
            used_at=at,
        )


def begin_showing(request: HttpRequest, *, at: datetime) -> str:
    """JSON for navigator.credentials.get()."""
    options = webauthn.generate_authentication_options(
        rp_id=_rp_id(),
        allow_credentials=_described(_user(request)),
        user_verification=VERIFIED,
    )
    _keep_challenge(request, SHOW, options.challenge, at)
    return webauthn.options_to_json(options)


def finish_showing(request: HttpRequest, answer: str, *, at: datetime) -> Passkey:
    """Raises Refused. Of two answers that bring the same count, one is let in."""
    challenge = _take_challenge(request, SHOW, at)
    given = _read(lambda: parse_authentication_credential_json(answer))
    passkey = Passkey.objects.filter(user=_user(request), credential_id=given.id).first()
    if passkey is None:
        raise Refused(_("This is not one of your passkeys here."))
    found = _read(
        lambda: webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=settings.OO_BASE_URL,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    )
    same = Passkey.objects.filter(
        pk=passkey.pk, sign_count=passkey.sign_count, used_at=passkey.used_at
    )
    if not same.update(sign_count=found.new_sign_count, used_at=at):
        raise Refused(_("This was answered already. Try again."))
    return passkey


def remove_passkey(user: User, pk: int) -> bool:
    """False: it is none of theirs. Raises Refused for the last one, while one is asked for."""
    with transaction.atomic():
        lock_person(user.pk)
        theirs = Passkey.objects.filter(user=user)
        if not theirs.filter(pk=pk).exists():
            return False
        if settings.OO_STAFF_PASSKEYS and theirs.count() == 1:
            raise Refused(_("This is your only passkey. Add another one first."))
        theirs.filter(pk=pk).delete()
    return True


def _keep_challenge(request: HttpRequest, use: str, challenge: bytes, at: datetime) -> None:
    request.session[CHALLENGE] = [use, bytes_to_base64url(challenge), at.timestamp()]


def _take_challenge(request: HttpRequest, use: str, at: datetime) -> bytes:
    """It is gone then, whatever the answer is worth."""
    kept_for, challenge, since = request.session.pop(CHALLENGE, None) or ("", "", 0.0)
    if kept_for != use or at.timestamp() - since >= PATIENCE.total_seconds():
        raise Refused(_("That took too long, or was answered already. Try again."))
    return base64url_to_bytes(challenge)


def _read(check: Callable[[], T]) -> T:
    try:
        return check()
    except Exception as error:
        # Whatever: of bytes that make no sense, the library lets through what its parsers raise.
        log.info("a passkey was refused: %s", type(error).__name__)
        raise Refused(_("This passkey could not be checked. Try again.")) from error


def _described(user: User) -> list[PublicKeyCredentialDescriptor]:
    ids = Passkey.objects.filter(user=user).order_by("pk").values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in ids]


def _rp_id() -> str:
    return urlsplit(settings.OO_BASE_URL).hostname or ""


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
