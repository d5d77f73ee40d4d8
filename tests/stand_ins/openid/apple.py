"""Plays Sign in with Apple on the web: hybrid flow, form post, client secrets that are JWTs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jwt

from tests.stand_ins.openid import pages
from tests.stand_ins.openid.keys import apple_client_key
from tests.stand_ins.openid.ledger import ACCESS_LIFE_S, Authorization
from tests.stand_ins.openid.people import RELAY_DOMAIN, Person
from tests.stand_ins.openid.provider import Handler, Provider
from tests.stand_ins.openid.wire import Answer, Request, as_error, as_json, half_hash
from tests.stand_ins.openid.wiring import (
    APPLE_ISSUER,
    APPLE_KEY_ID,
    APPLE_SERVICES_ID,
    APPLE_TEAM_ID,
)

ID_TOKEN_LIFE_S = 86_400
# Six months as Apple counts them.
LONGEST_SECRET_LIFE_S = 15_777_000


class Apple(Provider):
    name = "Apple"
    client_id = APPLE_SERVICES_ID
    authorize_path = "/apple/auth/authorize"
    token_path = "/apple/auth/token"

    def routes(self) -> Mapping[tuple[str, str], Handler]:
        return {
            ("GET", self.authorize_path): self.authorize,
            ("POST", self.authorize_path): self.authorize,
            ("POST", self.token_path): self.token,
            ("GET", "/apple/auth/keys"): self.jwks,
            ("POST", "/apple/auth/revoke"): self.revoke,
        }

    def authorize(self, request: Request) -> Answer:
        params = request.params
        mistake = self.find_mistake(params) or _find_mistake(params)
        if mistake is not None:
            return mistake
        state = {"state": params["state"]} if params.get("state") else {}
        if "cancel" in params:
            fields = {"error": "user_cancelled_authorize", **state}
            return pages.post_onwards(params["redirect_uri"], fields)
        person = self.people.get(params.get("person", ""))
        if person is None:
            people = [(each, each.apple_email) for each in self.people.values()]
            return pages.choose_person("Apple", people, request.path, params)
        return pages.post_onwards(params["redirect_uri"], state | self._agree(person, params))

    def _agree(self, person: Person, params: Mapping[str, str]) -> dict[str, str]:
        agreed = Authorization(
            person=person,
            scopes=frozenset(params.get("scope", "").split()),
            redirect_uri=params["redirect_uri"],
            at=self.clock(),
            nonce=params.get("nonce", ""),
        )
        fields = {"code": self.ledger.make_code(agreed)}
        if "id_token" in params["response_type"].split():
            fields["id_token"] = self._id_token(agreed, {"c_hash": half_hash(fields["code"])})
        if person.sub not in self.ledger.consented and agreed.scopes:
            fields["user"] = json.dumps(_user(agreed))
        self.ledger.consented.add(person.sub)
        return fields

    def token(self, request: Request) -> Answer:
        if not self._is_client(request.form):
            return as_error("invalid_client")
        match request.form.get("grant_type"):
            case "authorization_code":
                return self._exchange_code(request.form)
            case "refresh_token":
                return self._refresh(request.form)
        return as_error("unsupported_grant_type")

    def _exchange_code(self, form: Mapping[str, str]) -> Answer:
        agreed = self.ledger.spend_code(form.get("code", ""), self.clock())
        if agreed is None:
            return as_error("invalid_grant", "The code has expired or has been revoked.")
        if form.get("redirect_uri") != agreed.redirect_uri:
            return as_error("invalid_grant", "The redirect_uri does not match.")
        return as_json(self._tokens(agreed) | {"refresh_token": self.ledger.make_refresh(agreed)})

    def _refresh(self, form: Mapping[str, str]) -> Answer:
        agreed = self.ledger.refresh.get(form.get("refresh_token", ""))
        if agreed is None:
            return as_error("invalid_grant", "The token has expired or has been revoked.")
        return as_json(self._tokens(agreed))

    def _tokens(self, agreed: Authorization) -> dict[str, Any]:
        access = self.ledger.make_access(agreed, self.clock())
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": ACCESS_LIFE_S,
            "id_token": self._id_token(agreed, {"at_hash": half_hash(access)}),
        }

    def _id_token(self, agreed: Authorization, extra: Mapping[str, Any]) -> str:
        """Apple writes its flags as the strings "true" and "false"."""
        claims: dict[str, Any] = {
            "sub": agreed.person.sub,
            "nonce": agreed.nonce,
            "nonce_supported": True,
            "auth_time": int(agreed.at),
        }
        if "email" in agreed.scopes:
            email = agreed.person.apple_email
            claims["email"] = email
            claims["email_verified"] = str(self.is_verified(agreed.person)).lower()
            if email.endswith(f"@{RELAY_DOMAIN}"):
                claims["is_private_email"] = "true"
        return self.sign_id_token(claims | dict(extra), ID_TOKEN_LIFE_S)

    def jwks(self, request: Request) -> Answer:
        return as_json({"keys": [self.key.jwk()]})

    def revoke(self, request: Request) -> Answer:
        """200 with nothing in it, also for a token that is dead or was never alive."""
        if not self._is_client(request.form):
            return as_error("invalid_client")
        token = request.form.get("token", "")
        if not token:
            return as_error("invalid_request", "Missing token.")
        if not self.ledger.revoke(token):
            self.ledger.revoked.append(token)
        return Answer(200)

    def _is_client(self, form: Mapping[str, str]) -> bool:
        if form.get("client_id") != self.client_id:
            return False
        return is_client_secret(form.get("client_secret", ""), self.clock())


def is_client_secret(secret: str, at: float) -> bool:
    """Whether Apple would take it, at that Unix second."""
    try:
        header = jwt.get_unverified_header(secret)
        claims = jwt.decode(
            secret,
            apple_client_key().public_key(),
            algorithms=["ES256"],
            issuer=APPLE_TEAM_ID,
            audience=APPLE_ISSUER,
            subject=APPLE_SERVICES_ID,
            # Times are checked below, against the stand-in's clock rather than the machine's.
            options={
                "verify_exp": False,
                "verify_iat": False,
                "require": ["iss", "aud", "sub", "iat", "exp"],
            },
        )
    except jwt.InvalidTokenError:
        return False
    is_in_time = at < claims["exp"] <= at + LONGEST_SECRET_LIFE_S
    return header.get("kid") == APPLE_KEY_ID and is_in_time


def _user(agreed: Authorization) -> dict[str, Any]:
    person, user = agreed.person, dict[str, Any]()
    if "name" in agreed.scopes:
        user["name"] = {"firstName": person.given_name, "lastName": person.family_name}
    if "email" in agreed.scopes:
        user["email"] = person.apple_email
    return user


def _find_mistake(params: Mapping[str, str]) -> Answer | None:
    if set(params.get("response_type", "").split()) not in ({"code"}, {"code", "id_token"}):
        return pages.refusal("unsupported_response_type", "Ask for code, or for code id_token.")
    if params.get("response_mode") != "form_post":
        # Apple has other modes when neither name nor e-mail is asked for; the stand-in has not.
        return pages.refusal("invalid_request", "response_mode must be form_post.")
    if unknown := set(params.get("scope", "").split()) - {"name", "email", "openid"}:
        return pages.refusal("invalid_scope", f"Unknown scope: {' '.join(sorted(unknown))}")
    return None
