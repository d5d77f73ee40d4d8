from __future__ import annotations

from django.contrib import admin

from agents.models import AgentOutput, LookSchedule, ModelCall, Sweep
from oo.lib.admin import ReadOnlyAdmin


@admin.register(AgentOutput)
class AgentOutputAdmin(ReadOnlyAdmin[AgentOutput]):
    list_display = ("user", "agent", "version", "made_at", "expires_at")
    list_filter = ("agent",)
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(LookSchedule)
class LookScheduleAdmin(ReadOnlyAdmin[LookSchedule]):
    list_display = ("user", "is_changed", "next_look_at", "looked_at", "active_at", "claimed_until")
    list_filter = ("is_changed",)
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(Sweep)
class SweepAdmin(ReadOnlyAdmin[Sweep]):
    list_display = ("began_at", "updated_at", "people", "written", "dropped", "failed")
    ordering = ("-began_at",)


@admin.register(ModelCall)
class ModelCallAdmin(ReadOnlyAdmin[ModelCall]):
    list_display = (
        "at", "user", "purpose", "model", "outcome", "reason", "tokens_in", "tokens_out", "ms",
        "cost_usd", "is_local",
    )  # fmt: skip
    list_filter = ("purpose", "outcome", "model", "is_local")
    list_select_related = ("user",)
    search_fields = ("=user__email",)
    ordering = ("-at",)
