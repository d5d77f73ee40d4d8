"""Whose a token is: the userinfo endpoint of OpenID Connect, with what the grant lets be seen."""

from __future__ import annotations

from hashlib import sha256

from .errors import Json, oauth_failure
from .oauth import Grant
from .scopes import EMAIL, OPENID


def build_subject(address: str) -> str:
    """Google's own key of the account: 21 digits, the same for ever, also when the address is
    another one day."""
    return f"1{int(sha256(address.encode()).hexdigest(), 16) % 10**20:020}"


def user_of(grant: Grant | None) -> Json:
    if grant is None or OPENID not in grant.scopes:
        raise oauth_failure("invalid_request", "Invalid Credentials", 401)
    user: Json = {"sub": build_subject(grant.person)}
    if EMAIL in grant.scopes:
        user |= {"email": grant.person, "email_verified": True}
    return user
