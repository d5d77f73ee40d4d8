from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings


class OoConfig(AppConfig):
    name = "oo"
    verbose_name = "oO"

    def ready(self) -> None:
        from oo import checks  # noqa: F401  # registers the system checks
        from oo.lib.moments import read_moments_fast

        read_moments_fast()
        if settings.SENTRY_DSN:
            from oo.observe.sentry import report_to

            report_to(settings.SENTRY_DSN)
