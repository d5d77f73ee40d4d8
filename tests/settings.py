"""The tests' settings: the project's own for testing, with Google and Apple at a stand-in."""

from __future__ import annotations

from oo.settings.test import *
from oo.settings.test import CONTENT_SECURITY_POLICY, SOCIALACCOUNT_PROVIDERS, env
from tests.stand_ins.openid import wiring

# Tests in this process move allauth on to a stand-in of their own; an address that is fixed
# serves a server in a process of its own.
OO_TEST_IDP = env.str("OO_TEST_IDP", default="http://127.0.0.1:9977")
SOCIALACCOUNT_PROVIDERS["google"] |= wiring.google_settings(OO_TEST_IDP)
SOCIALACCOUNT_PROVIDERS["apple"] |= wiring.apple_settings(OO_TEST_IDP)
GOOGLE_REVOKE_URL = wiring.google_revoke_url(OO_TEST_IDP)
APPLE_REVOKE_URL = wiring.apple_revoke_url(OO_TEST_IDP)
CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(OO_TEST_IDP)
OO_VAPID_KEY = "b08tdGVzdHMtYW5kLW5vdGhpbmctYnV0LXRlc3RzISE="
