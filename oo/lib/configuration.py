"""Where the settings that a plug-in's manifest names come from. Nobody else has to name them."""

from __future__ import annotations

import environ
from django.conf import settings

from oo.lib.manifests import Setting

_env = environ.FileAwareEnv()


def value_of(setting: Setting | str) -> str:
    """Django's setting of this name, else NAME or the file at NAME_FILE, else the default.

    A text is a value already: what a plug-in does not let anybody change.
    """
    if isinstance(setting, str):
        return setting
    given = getattr(settings, setting.name, None)
    return str(given) if given is not None else _env.str(setting.name, default=setting.default)
