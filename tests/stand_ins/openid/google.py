"""Plays Google: authorization code with PKCE, OpenID Connect, refresh and revocation."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from tests.stand_ins.openid import pages
from tests.stand_ins.openid.ledger import ACCESS_LIFE_S, Authorization
from tests.stand_ins.openid.people import Person
from tests.stand_ins.openid.provider import Handler, Provider
from tests.stand_ins.openid.wire import (
    Answer,
    Request,
    as_error,
    as_json,
    as_redirect,
    b64url,
    half_hash,
)
from tests.stand_ins.openid.wiring import GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET

SCOPE_PREFIX = "https://www.googleapis.com/auth/userinfo."
EMAIL, PROFILE = f"{SCOPE_PREFIX}email", f"{SCOPE_PREFIX}profile"
LONG_SCOPES = {"email": EMAIL, "profile": PROFILE}
DEAD_TOKEN = "Token has been expired or revoked."


class Google(Provider):
    name = "Google"
    client_id = GOOGLE_CLIENT_ID
    authorize_path = "/google/o/oauth2/v2/auth"
    token_path = "/google/token"

    def routes(self) -> Mapping[tuple[str, str], Handler]:
        return {
            ("GET", self.authorize_path): self.authorize,
            ("POST", self.authorize_path): self.authorize,
            ("POST", self.token_path): self.token,
            ("GET", "/google/oauth2/v2/userinfo"): self.userinfo_v2,
            ("GET", "/google/v1/userinfo"): self.userinfo,
            ("GET", "/google/oauth2/v3/certs"): self.jwks,
            ("GET", "/google/oauth2/v1/certs"): self.certificates,
            ("POST", "/google/revoke"): self.revoke,
        }

    def authorize(self, request: Request) -> Answer:
        params = request.params
        mistake = self.find_mistake(params) or _find_mistake(params)
        if mistake is not None:
            return mistake
        answered = {"state": params.get("state", "")}
        if "cancel" in params:
            return as_redirect(params["redirect_uri"], {"error": "access_denied", **answered})
        person = self.people.get(params.get("person", ""))
        if person is None:
            people = [(each, each.email) for each in self.people.values()]
            return pages.choose_person("Google", people, request.path, params)
        agreed = self._agree(person, params)
        answered |= {
            "code": self.ledger.make_code(agreed),
            "scope": " ".join(sorted(agreed.scopes)),
        }
        return as_redirect(params["redirect_uri"], answered)

    def _agree(self, person: Person, params: Mapping[str, str]) -> Authorization:
        is_asked = "consent" in params.get("prompt", "").split()
        is_first = person.sub not in self.ledger.consented
        self.ledger.consented.add(person.sub)
        return Authorization(
            person=person,
            scopes=_granted_scopes(params["scope"]),
            redirect_uri=params["redirect_uri"],
            at=self.clock(),
            nonce=params.get("nonce", ""),
            challenge=params.get("code_challenge", ""),
            wants_refresh=params.get("access_type") == "offline" and (is_asked or is_first),
        )

    def token(self, request: Request) -> Answer:
        client_id, secret = request.client_credentials()
        known = secrets.compare_digest(secret.encode(), GOOGLE_CLIENT_SECRET.encode())
        if client_id != self.client_id or not known:
            return as_error("invalid_client", "The OAuth client was not found.", 401)
        match request.form.get("grant_type"):
            case "authorization_code":
                return self._exchange_code(request.form)
            case "refresh_token":
                return self._refresh(request.form)
        return as_error("unsupported_grant_type", "Invalid grant_type")

    def _exchange_code(self, form: Mapping[str, str]) -> Answer:
        agreed = self.ledger.spend_code(form.get("code", ""), self.clock())
        if agreed is None:
            return as_error("invalid_grant", "Malformed auth code.")
        if form.get("redirect_uri") != agreed.redirect_uri:
            return as_error("redirect_uri_mismatch", "Bad Request")
        if not _proves(form.get("code_verifier", ""), agreed.challenge):
            return as_error("invalid_grant", "Missing or invalid code verifier.")
        answer = self._tokens(agreed)
        if agreed.wants_refresh:
            answer["refresh_token"] = self.ledger.make_refresh(agreed)
        return as_json(answer)

    def _refresh(self, form: Mapping[str, str]) -> Answer:
        agreed = self.ledger.refresh.get(form.get("refresh_token", ""))
        if agreed is None:
            return as_error("invalid_grant", DEAD_TOKEN)
        return as_json(self._tokens(agreed))

    def _tokens(self, agreed: Authorization) -> dict[str, Any]:
        access = self.ledger.make_access(agreed, self.clock())
        answer: dict[str, Any] = {
            "access_token": access,
            "expires_in": ACCESS_LIFE_S - 1,
            "scope": " ".join(sorted(agreed.scopes)),
            "token_type": "Bearer",
        }
        if agreed.scopes & {"openid", EMAIL, PROFILE}:
            claims = self._claims(agreed) | {
                "azp": self.client_id,
                "at_hash": half_hash(access),
                "nonce": agreed.nonce,
            }
            answer["id_token"] = self.sign_id_token(claims, ACCESS_LIFE_S)
        return answer

    def _claims(self, agreed: Authorization) -> dict[str, Any]:
        person = agreed.person
        claims: dict[str, Any] = {"sub": person.sub}
        if EMAIL in agreed.scopes:
            claims |= {"email": person.email, "email_verified": self.is_verified(person)}
        if PROFILE in agreed.scopes:
            claims |= {
                "name": person.name,
                "given_name": person.given_name,
                "family_name": person.family_name,
                "locale": person.locale,
            }
        return claims

    def userinfo(self, request: Request) -> Answer:
        agreed = self.ledger.find_access(request.bearer, self.clock())
        if agreed is None:
            return as_error("invalid_request", "Invalid Credentials", 401)
        return as_json(self._claims(agreed))

    def userinfo_v2(self, request: Request) -> Answer:
        """The older shape, which allauth asks for: ``id`` and ``verified_email``."""
        agreed = self.ledger.find_access(request.bearer, self.clock())
        if agreed is None:
            return as_error("invalid_request", "Invalid Credentials", 401)
        renamed = {"sub": "id", "email_verified": "verified_email"}
        return as_json({renamed.get(n, n): value for n, value in self._claims(agreed).items()})

    def jwks(self, request: Request) -> Answer:
        return as_json({"keys": [self.key.jwk()]})

    def certificates(self, request: Request) -> Answer:
        return as_json({self.key.kid: self.key.certificate_pem()})

    def revoke(self, request: Request) -> Answer:
        if self.ledger.revoke(request.params.get("token", "")):
            return as_json({})
        return as_error("invalid_token", "Token expired or revoked")


def _find_mistake(params: Mapping[str, str]) -> Answer | None:
    if params.get("response_type") != "code":
        return pages.refusal("unsupported_response_type", "response_type must be code.")
    if not params.get("scope", "").split():
        return pages.refusal("invalid_request", "Missing required parameter: scope")
    if params.get("code_challenge") and params.get("code_challenge_method") != "S256":
        # Google would take "plain" too; nothing here should ever send it.
        return pages.refusal("invalid_request", "code_challenge_method must be S256.")
    return None


def _granted_scopes(asked: str) -> frozenset[str]:
    """Google answers with the long names, and with openid even where nobody asked for it."""
    scopes = {LONG_SCOPES.get(scope, scope) for scope in asked.split()}
    return frozenset(scopes | {"openid"} if scopes & {EMAIL, PROFILE} else scopes)


def _proves(verifier: str, challenge: str) -> bool:
    """RFC 7636; without a challenge there is nothing to prove."""
    if not challenge:
        return True
    return secrets.compare_digest(b64url(hashlib.sha256(verifier.encode()).digest()), challenge)
