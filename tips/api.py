"""The tip over the API: the same reads and the same services as the page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_tokens.person_view import PersonView
from tips.answer import answering
from tips.base import Kind
from tips.decide.kinds import offers_at
from tips.make import generating, making
from tips.models import Tip
from tips.page import states

NO_CHOICE = "invalid_choice"  # as a field has it that does not know a value at all


class EvidenceSerializer(serializers.Serializer[Any]):
    model = serializers.ChoiceField(choices=["task", "event", "belief"])
    id = serializers.IntegerField()
    fact = serializers.CharField()


class OfferSerializer(serializers.Serializer[Any]):
    reaction = serializers.ChoiceField(choices=Tip.Reaction.choices)
    words = serializers.CharField(help_text="What its button says.")


class TipSerializer(serializers.ModelSerializer[Tip]):
    kind = serializers.ChoiceField(choices=[k.value for k in Kind])
    url = serializers.CharField(allow_blank=True, help_text="Where the task is; empty for none.")
    # Empty until it is answered, and until a reason is given.
    reaction = serializers.ChoiceField(choices=Tip.Reaction.choices, allow_blank=True)
    reason = serializers.ChoiceField(choices=Tip.Reason.choices, allow_blank=True)
    evidence = EvidenceSerializer(many=True)
    offers = serializers.SerializerMethodField(help_text="How it can be answered now, in order.")

    class Meta:
        model = Tip
        fields = (
            "id",
            "state",
            "content",
            "detail",
            "kind",
            "url",
            "source",
            "policy",
            "model",
            "prompt_version",
            "confidence",
            "evidence",
            "made_at",
            "expires_at",
            "starts_at",
            "offers",
            "shown_at",
            "reaction",
            "reason",
            "answered_at",
        )
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_offers(self, tip: Tip) -> Any:
        found = offers_at(tip.kind, tip.later_until, timezone.now())
        return OfferSerializer(found, many=True).data


class NowSerializer(serializers.Serializer[Any]):
    """`tip` is null when there is nothing to say; `state` says why."""

    state = serializers.ChoiceField(
        choices=["tip", "wait", "reading", "rest", "answered", "connect"]
    )
    sentence = serializers.CharField(allow_blank=True)
    next_look = serializers.DateTimeField(allow_null=True)
    tip = TipSerializer(allow_null=True)


class ReactionSerializer(serializers.Serializer[Any]):
    reaction = serializers.ChoiceField(choices=Tip.Reaction.choices)
    reason = serializers.ChoiceField(choices=Tip.Reason.choices, required=False)
    answered_at = serializers.DateTimeField(
        required=False, help_text="When the person tapped, if the answer was given offline."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("reason") and attrs["reaction"] != Tip.Reaction.DISMISS:
            raise serializers.ValidationError({"reason": _("Only a dismissal has a reason.")})
        return attrs


class ReactedSerializer(serializers.Serializer[Any]):
    won = serializers.BooleanField(help_text="False: it had been answered before, as `tip` says.")
    tip = TipSerializer()


class NowView(PersonView):
    required_scopes = {"GET": "tip:read"}

    @extend_schema(operation_id="tip", responses=NowSerializer)
    def get(self, request: Request) -> Response:
        """The one tip, or why there is none. Reading it does not count as showing it."""
        at, user_id = timezone.now(), self.person.pk
        found = states.build_page(user_id, at=at)
        if found.state == "wait":
            making.make_tip(user_id, at=at)
            found = states.build_page(user_id, at=at)
        rest = found.context.get("rest") or {}
        body = {
            "state": found.state,
            "sentence": rest.get("sentence", ""),
            "next_look": rest.get("next_look"),
            "tip": found.context.get("tip"),
        }
        return Response(NowSerializer(body).data)


class ShownView(PersonView):
    required_scopes = {"POST": "tip:react"}

    @extend_schema(operation_id="tip_shown", request=None, responses={204: None})
    def post(self, request: Request, pk: UUID) -> Response:
        """Note that the tip was really on a screen: dwell time counts from here."""
        tip = get_object_or_404(Tip, pk=pk, user_id=self.person.pk)
        answering.mark_shown(tip, surface="api", at=timezone.now())
        return Response(status=204)


@extend_validation_errors(
    ["invalid", "invalid_choice", "null"], field_name="reason", methods=["post"]
)
class ReactionView(PersonView):
    required_scopes = {"POST": "tip:react"}

    @extend_schema(
        operation_id="tip_reaction", request=ReactionSerializer, responses=ReactedSerializer
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Answer the tip. The first answer counts; the same again is harmless.

        With a reason that tips of its kind are not refused for, nothing is answered.
        """
        tip = get_object_or_404(Tip, pk=pk, user_id=self.person.pk)
        given = ReactionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        at, data = timezone.now(), given.validated_data
        try:
            with transaction.atomic():
                outcome = answering.react(
                    tip, data["reaction"], at=at, answered_at=data.get("answered_at")
                )
                if data.get("reason"):
                    answering.explain(outcome.tip, data["reason"], at=at)
                    outcome.tip.refresh_from_db()
        except answering.NotOffered as refused:
            no = ErrorDetail(_("No tip of this kind is answered so."), NO_CHOICE)
            raise serializers.ValidationError({refused.what: no}) from refused
        return Response(ReactedSerializer({"won": outcome.won, "tip": outcome.tip}).data)


class GenerateSerializer(serializers.Serializer[Any]):
    n = serializers.IntegerField(
        min_value=1, max_value=generating.MOST, default=3, help_text="How many at most."
    )


class TipCandidateSerializer(serializers.Serializer[Any]):
    """What could be said now: tips.base.TipCandidate."""

    key = serializers.CharField(help_text="The same thing said about the same row: task:17.")
    kind = serializers.ChoiceField(choices=[k.value for k in Kind])
    content = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    model = serializers.CharField(allow_blank=True, help_text="Empty: the row's own words.")
    prompt_version = serializers.CharField(allow_blank=True)
    confidence = serializers.FloatField()
    score = serializers.FloatField(help_text="Comparable within one answer only.")
    is_gated = serializers.BooleanField()
    presses = serializers.BooleanField(help_text="What is left of its time is a matter of hours.")
    reasons = serializers.ListField(child=serializers.CharField())
    penalties = serializers.ListField(child=serializers.CharField())
    words = serializers.ListField(child=serializers.CharField())
    nominated_by = serializers.ListField(child=serializers.CharField())
    evidence = EvidenceSerializer(many=True)


class GenerateView(PersonView):
    required_scopes = {"POST": "tip:read"}

    @extend_schema(
        operation_id="generate",
        request=GenerateSerializer,
        responses=TipCandidateSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        """What could be said to you now, the best first. Nothing is shown, no model asked."""
        asked = GenerateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found = generating.generate(self.person.pk, asked.validated_data["n"], at=timezone.now())
        return Response(TipCandidateSerializer(found, many=True).data)


class UndoView(PersonView):
    required_scopes = {"POST": "tip:react"}

    @extend_schema(operation_id="tip_undo", request=None, responses=ReactedSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Take the answer back. `won` is false when the eight seconds are over."""
        tip = get_object_or_404(Tip, pk=pk, user_id=self.person.pk)
        outcome = answering.undo(tip, at=timezone.now())
        return Response(ReactedSerializer({"won": outcome.won, "tip": outcome.tip}).data)


urlpatterns = [
    path("generate", GenerateView.as_view(), name="generate"),
    path("tip", NowView.as_view(), name="tip"),
    path("tip/<uuid:pk>/shown", ShownView.as_view(), name="tip-shown"),
    path("tip/<uuid:pk>/reaction", ReactionView.as_view(), name="tip-reaction"),
    path("tip/<uuid:pk>/undo", UndoView.as_view(), name="tip-undo"),
]
