"""Production as it is, with Google moved to the stand-in; nothing else differs."""

from __future__ import annotations

from oo.settings.production import *
from oo.settings.production import SOCIALACCOUNT_PROVIDERS, env
from tests.stand_ins.openid import wiring

_IDP = env.str("OO_TEST_IDP")
SOCIALACCOUNT_PROVIDERS["google"] |= wiring.google_settings(_IDP)
GOOGLE_REVOKE_URL = wiring.google_revoke_url(_IDP)
# In the image this folder is part of it; here it must stay out of the checkout.
STATIC_ROOT = env.str("OO_TEST_STATIC_ROOT")
