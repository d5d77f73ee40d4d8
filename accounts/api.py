from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import serializers, status
from rest_framework.exceptions import NotAuthenticated, NotFound, PermissionDenied, Throttled
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_tokens.person_view import PersonView
from accounts.models import Consent, User
from accounts.models.profile import CLOCKS, DATES
from accounts.privacy import catalogue, consents
from accounts.privacy.export import MOMENT_S, AccountClosed, AlreadyRunning, export_response
from accounts.privacy.kinds import ConsentKind
from accounts.profile import zones
from accounts.profile.change import ProfileChange, change_profile
from accounts.ratelimits import EXPORTS


class PersonalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.api_tokens.tokens.PersonalTokenAuthentication"
    name = "personalToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        text = "A personal token, made under Settings, API tokens."
        return {"type": "http", "scheme": "bearer", "bearerFormat": "oo_…", "description": text}


class MeSerializer(serializers.Serializer[User]):
    """The person, as the settings page shows them."""

    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    name = serializers.CharField(max_length=150, allow_blank=True)
    role = serializers.CharField(source="profile.role", max_length=80, allow_blank=True)
    time_zone = serializers.CharField(
        source="profile.time_zone", max_length=64, help_text="IANA name, such as Europe/Berlin"
    )
    locale = serializers.ChoiceField(
        source="profile.locale", choices=[code for code, _name in settings.LANGUAGES]
    )
    clock = serializers.ChoiceField(
        source="profile.clock",
        choices=CLOCKS,
        allow_blank=True,
        help_text="How times are written; empty: as the language does",
    )
    dates = serializers.ChoiceField(
        source="profile.dates",
        choices=DATES,
        allow_blank=True,
        help_text="How dates are written; empty: as the language does",
    )
    single_keys = serializers.BooleanField(
        source="profile.single_keys", help_text="Whether a letter alone answers the tip"
    )
    joined_at = serializers.DateTimeField(
        source="date_joined", read_only=True, default_timezone=UTC
    )

    def validate_time_zone(self, value: str) -> str:
        zone = zones.find_zone(value)
        if zone is None:
            raise serializers.ValidationError(
                _("This is not a time zone that we know. Write it like Europe/Berlin.")
            )
        return zone


@extend_schema_view(
    get=extend_schema(operation_id="me_read", summary="Who am I", responses=MeSerializer),
    patch=extend_schema(
        operation_id="me_change",
        summary="Change name, role, time zone, language, formats or keys",
        request=MeSerializer(partial=True),
        responses=MeSerializer,
    ),
)
class MeView(PersonView):
    required_scopes = {"GET": "account:read", "PATCH": "account:write"}

    def get(self, request: Request) -> Response:
        return Response(MeSerializer(self.person).data)

    def patch(self, request: Request) -> Response:
        asked = MeSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = dict(asked.validated_data)
        change = ProfileChange(**wanted.pop("profile", {}), **wanted)
        change_profile(self.person.pk, change, at=timezone.now())
        changed = User.objects.select_related("profile").get(pk=self.person.pk)
        return Response(MeSerializer(changed).data)


@dataclass(frozen=True, slots=True)
class ConsentState:
    """One consent as it stands: its words now, and the grant in force, if there is one."""

    kind: ConsentKind
    given: Consent | None

    @property
    def granted_at(self) -> datetime | None:
        return self.given.granted_at if self.given else None

    @property
    def granted_wording(self) -> str | None:
        return self.given.wording if self.given else None


class ConsentSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(source="kind.key")
    title = serializers.CharField(source="kind.title")
    words = serializers.CharField(source="kind.words")
    wording = serializers.CharField(source="kind.version", help_text="version of these words")
    withdrawable = serializers.BooleanField(source="kind.withdrawable")
    granted_at = serializers.DateTimeField(allow_null=True, default_timezone=UTC)
    granted_wording = serializers.CharField(
        allow_null=True, help_text="version of the words that were agreed to"
    )


class GrantSerializer(serializers.Serializer[Any]):
    wording = serializers.CharField(
        max_length=40, help_text="version of the words that the person was shown"
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        return {"key": serializers.ChoiceField(choices=list(catalogue.all_kinds())), **fields}

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if attrs["wording"] != catalogue.get_kind(attrs["key"]).version:
            text = _("The words have changed. Show the person the new ones.")
            raise serializers.ValidationError({"wording": text}, code="outdated")
        return attrs


@extend_schema_view(
    get=extend_schema(
        operation_id="consents_list",
        summary="What I allow",
        responses=ConsentSerializer(many=True),
    ),
    post=extend_schema(
        operation_id="consents_grant",
        summary="Allow something",
        description="201 when this is new, 200 when these very words were agreed to before.",
        request=GrantSerializer,
        responses={200: ConsentSerializer, 201: ConsentSerializer},
    ),
)
@extend_validation_errors(["outdated"], field_name="wording", methods=["post"])
class ConsentsView(PersonView):
    required_scopes = {"GET": "account:read", "POST": "account:write"}

    def get(self, request: Request) -> Response:
        return Response(ConsentSerializer(list(_states(self.person.pk).values()), many=True).data)

    def post(self, request: Request) -> Response:
        asked = GrantSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user_id, key = self.person.pk, asked.validated_data["key"]
        is_new = consents.grant(user_id, key, by="api", at=timezone.now())
        answer = ConsentSerializer(_states(user_id)[key]).data
        return Response(answer, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


def _states(user_id: UUID) -> dict[str, ConsentState]:
    given = {consent.key: consent for consent in Consent.objects.open(user_id)}
    return {k: ConsentState(kind, given.get(k)) for k, kind in catalogue.all_kinds().items()}


@extend_schema_view(
    delete=extend_schema(
        operation_id="consents_withdraw",
        summary="Withdraw a consent",
        description="404 when it is not in force; 403 for those that end only with the account.",
        parameters=[
            OpenApiParameter("key", str, OpenApiParameter.PATH, enum=list(catalogue.all_kinds()))
        ],
        request=None,
        responses={204: None},
    ),
)
class ConsentView(PersonView):
    required_scopes = {"DELETE": "account:write"}

    def delete(self, request: Request, key: str) -> Response:
        try:
            was_open = consents.withdraw(self.person.pk, key, at=timezone.now())
        except catalogue.UnknownConsent:
            raise NotFound from None
        except catalogue.NotWithdrawable:
            raise PermissionDenied(_("This consent ends with the account.")) from None
        if not was_open:
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)


class AnyAccept(BaseContentNegotiation):
    """There is one form of the export and one of errors: what a client accepts changes neither."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


@extend_schema_view(
    get=extend_schema(
        operation_id="export_read",
        summary="Everything oO holds about me",
        description="A ZIP of JSON files, with a README.txt that says what is in them.",
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    ),
)
class ExportView(PersonView):
    required_scopes = {"GET": "account:read"}
    content_negotiation_class = AnyAccept

    def get(self, request: Request) -> HttpResponseBase:
        wait_s = EXPORTS.wait_s(str(self.person.pk), at=timezone.now())
        if wait_s:
            raise Throttled(wait=wait_s)
        try:
            return export_response(self.person.pk, by="api", at=timezone.now())
        except AlreadyRunning:
            raise Throttled(wait=MOMENT_S) from None
        except AccountClosed:
            raise NotAuthenticated from None


urlpatterns = [
    path("me", MeView.as_view(), name="me"),
    path("consents", ConsentsView.as_view(), name="consents"),
    path("consents/<slug:key>", ConsentView.as_view(), name="consent"),
    path("export", ExportView.as_view(), name="export"),
]
