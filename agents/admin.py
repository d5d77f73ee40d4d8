from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.models import (
    AgentOutput,
    AgentSwitch,
    CountedDay,
    LookSchedule,
    ModelCall,
    Reading,
    Sweep,
)
from agents.profile.freshness import freshness
from agents.understanding import shadow
from oo.lib.admin import ReadOnlyAdmin


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin[Reading]):
    secret = ("traits", "words")  # they quote what people wrote, or can prove a guess at it
    list_display = ("user", "kind", "reader", "version", "read_at")
    list_filter = ("kind", "reader")
    list_select_related = ("user",)
    search_fields = ("=user__email",)
    ordering = ("-pk",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"subtitle": _shadow(), **(extra_context or {})})


def _shadow() -> str:
    """How a model that reads in shadow does beside the rules, trait by trait. One query."""
    compared = shadow.compare()
    if not compared.words:
        return _("No model has read in shadow.")
    told = [
        _("%(trait)s: %(agreed)s agree, %(differed)s differ, %(rules)s by rules alone, "
          "%(model)s by the model alone")
        % {
            "trait": trait,
            "agreed": of.agreed,
            "differed": of.differed,
            "rules": of.rules_alone,
            "model": of.model_alone,
        }
        for trait, of in compared.traits.items()
    ]  # fmt: skip
    head = _("In shadow a model read %(n)s tasks that the rules read too.") % {"n": compared.words}
    return " ".join([head, "; ".join(told)])


@admin.register(AgentOutput)
class AgentOutputAdmin(ReadOnlyAdmin[AgentOutput]):
    secret = ("snippet", "fingerprint")  # it names tasks and events
    list_display = ("user", "agent", "version", "made_at", "expires_at")
    list_filter = ("agent",)
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(AgentSwitch)
class AgentSwitchAdmin(ReadOnlyAdmin[AgentSwitch]):
    list_display = ("agent", "off_since")
    ordering = ("agent",)


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


@admin.register(CountedDay)
class CountedDayAdmin(ReadOnlyAdmin[CountedDay]):
    list_display = (
        "user", "day", "served", "done", "noted", "snoozed", "dismissed", "dwell_s", "dwells",
    )  # fmt: skip
    list_select_related = ("user",)
    search_fields = ("=user__email",)
    ordering = ("-day", "user")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"subtitle": _freshness(), **(extra_context or {})})


def _freshness() -> str:
    """Whether what is worked out of these rows is as fresh as it has to be. Two queries."""
    features = freshness(at=timezone.now())
    late = [f for f in features if not f.is_held]
    if not late:
        return _("All %(n)s features are fresh enough.") % {"n": len(features)}
    return _("Not fresh enough, with an event of %(n)s minutes ago not counted: %(titles)s.") % {
        "n": max(int(f.age.total_seconds() // 60) for f in late),
        "titles": ", ".join(str(f.feature.title) for f in late),
    }
