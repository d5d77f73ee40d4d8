"""Sign in with Apple as allauth does it, less what allauth takes on trust.

Apple posts the outcome from its own site, so the browser sends no session cookie with it and
Django's token cannot guard it: everything in that post may be made up by whoever sends it. allauth
keeps it in a row of its own until the next request, whose `state` and session are then checked.
"""

from __future__ import annotations

import json
from typing import Any

from allauth.socialaccount.providers.apple.views import (
    AppleOAuth2Adapter,
    apple_post_callback,
    oauth2_login,
)
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt

from accounts.ratelimits import APPLE_POSTS, client_of
from accounts.sessions import SessionStore

__all__ = ["callback", "finish", "login"]

BETWEEN_S = 600  # as long as allauth keeps a `state`
BACK = ("code", "state", "error")  # what a post brings to the request after it
ADDRESSES = {
    "authorize_url": "AUTHORIZE_URL",
    "access_token_url": "ACCESS_TOKEN_URL",
    "public_key_url": "PUBLIC_KEY_URL",
}
# allauth reads Google's addresses from the settings, but Apple's only from this class.
for attribute, name in ADDRESSES.items():
    if address := settings.SOCIALACCOUNT_PROVIDERS.get("apple", {}).get(name):
        setattr(AppleOAuth2Adapter, attribute, address)


class AppleAdapter(AppleOAuth2Adapter):  # type: ignore[misc]
    login_cancelled_error = "user_cancelled_authorize"


login = oauth2_login
finish = OAuth2CallbackView.adapter_view(AppleAdapter)


@csrf_exempt
def callback(request: HttpRequest) -> HttpResponse:
    """allauth's, keeping no more than a name between the requests, and for minutes, not weeks.

    allauth merges `user` into what it knows of the person, so that an "email" or "email_verified"
    in it would count wherever Apple's id_token is silent. The id_token itself comes again, straight
    from Apple, in exchange for the code.

    Any page can have a browser post here. Beyond a limit nothing is kept, and whoever really comes
    from Apple comes in without their name.
    """
    if request.method == "POST" and APPLE_POSTS.wait_s(client_of(request), at=timezone.now()):
        said = {name: request.POST[name] for name in BACK if name in request.POST}
        return HttpResponseRedirect(f"{reverse('apple_finish_callback')}?{urlencode(said)}")
    kept = request.POST.copy()
    kept["user"] = only_the_name(kept.get("user", ""))
    kept["id_token"] = ""
    request.POST, request.GET = kept, QueryDict()  # type: ignore[assignment]
    # A new row, whatever the cookie says: it could name any session.
    request.apple_login_session = SessionStore()  # type: ignore[attr-defined]
    request.apple_login_session.set_expiry(BETWEEN_S)  # type: ignore[attr-defined]
    response: HttpResponse = apple_post_callback(request)
    for cookie in response.cookies.values():
        cookie["httponly"] = True  # it opens the answer, and no script needs it
    return response


def only_the_name(posted: str) -> str:
    """The JSON of Apple's `user` field with nothing in it but first and last name."""
    try:
        said: Any = json.loads(posted)
    except (ValueError, RecursionError):
        return ""
    name = said.get("name") if isinstance(said, dict) else None
    if not isinstance(name, dict):
        return ""
    kept = {part: str(name.get(part) or "")[:75] for part in ("firstName", "lastName")}
    return json.dumps({"name": kept})
