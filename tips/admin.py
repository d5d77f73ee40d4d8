from __future__ import annotations

from django.contrib import admin

from oo.lib.admin import ReadOnlyAdmin
from tips.models import Interruption, PolicySwitch, Tip, TipDecision, TipSchedule, UsefulnessFit


@admin.register(Tip)
class TipAdmin(ReadOnlyAdmin[Tip]):
    # It says what a task says, in other words.
    secret = ("content", "detail", "plain", "url", "evidence", "fingerprint")
    list_display = ("user", "state", "kind", "policy", "reaction", "reason", "reward", "made_at")
    # By what has a few known values, and not by days: to list those, all rows are read.
    list_filter = ("state", "reaction")
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(TipDecision)
class TipDecisionAdmin(ReadOnlyAdmin[TipDecision]):
    secret = ("candidates", "seen", "fingerprint")
    list_display = ("user", "at", "policy", "chosen", "silence", "propensity", "candidate_count")
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(Interruption)
class InterruptionAdmin(ReadOnlyAdmin[Interruption]):
    list_display = ("user", "at", "spoken", "why", "probability", "needed")
    list_filter = ("spoken",)
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(TipSchedule)
class TipScheduleAdmin(ReadOnlyAdmin[TipSchedule]):
    list_display = ("user", "looked_at", "next_look_at", "silence", "rest_until")
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(PolicySwitch)
class PolicySwitchAdmin(ReadOnlyAdmin[PolicySwitch]):
    list_display = ("policy", "since")


@admin.register(UsefulnessFit)
class UsefulnessFitAdmin(ReadOnlyAdmin[UsefulnessFit]):
    list_display = ("fitted_at", "count", "loss", "prior_loss", "error", "slope", "shift")
    date_hierarchy = "fitted_at"
