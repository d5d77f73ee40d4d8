"""A process that is oO for itself: whoever lives moments begins so, before a model is imported."""

from __future__ import annotations

import os
from pathlib import Path

DATA = Path(__file__).with_name("data")


def set_up() -> None:
    """oO in this process alone, with its rows in memory. What it may ask is where it always is."""
    os.environ["DATABASE_URL"] = "sqlite://:memory:"
    os.environ["DJANGO_SETTINGS_MODULE"] = "oo.settings.test"
    import django
    from django.core.management import call_command

    django.setup()
    _let_models_be_asked()
    call_command("migrate", verbosity=0)


def _let_models_be_asked() -> None:
    """The settings of tests know of no model; only variants that say so ask one."""
    from django.conf import settings

    from oo.settings import base

    for name in ("LITELLM_URL", "LITELLM_KEY", "OLLAMA_URL", "LOCAL_MODEL_URL"):
        setattr(settings, name, getattr(base, name))
