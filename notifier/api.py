"""The person's devices over the API: how an app says where it is reached, and that it is not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from drf_standardized_errors.openapi_serializers import ClientErrorEnum
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import serializers
from rest_framework.exceptions import APIException, ErrorDetail, NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_tokens.person_view import PersonView
from notifier.base import BadAddress
from notifier.devices import LONGEST_NAME, AccountClosed, Offered, TooManyDevices, add_device
from notifier.models import Device
from notifier.registry import CHANNELS

LONGEST_ADDRESS = 4_000  # characters; each channel has a bound of its own below that


class DeviceSerializer(serializers.ModelSerializer[Device]):
    """Without its address, which is for the service that carries notifications alone."""

    channel = serializers.CharField()
    shows = serializers.ChoiceField(
        choices=Device.Shows.choices, help_text="What may be read on its locked screen."
    )
    sent_at = serializers.DateTimeField(
        allow_null=True, help_text="When its service took a notification last."
    )

    class Meta:
        model = Device
        fields = ("id", "channel", "name", "shows", "added_at", "sent_at")
        read_only_fields = fields


class OfferedSerializer(serializers.Serializer[Any]):
    """A device as it introduces itself."""

    address = serializers.CharField(
        max_length=LONGEST_ADDRESS,
        help_text="apns: the device token in hexadecimal digits. fcm: a registration token, or "
        "`fid:` and a Firebase installation id. web-push: the JSON of a PushSubscription.",
    )
    name = serializers.CharField(
        max_length=LONGEST_NAME, help_text="What the person calls it, such as Alice's iPhone."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "channel": serializers.ChoiceField(choices=[*CHANNELS.load()]),
            **super().get_fields(),
        }

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if not CHANNELS[attrs["channel"]].is_set_up():
            no = gettext("This oO does not send by this channel.")
            raise serializers.ValidationError({"channel": ErrorDetail(no, "not_set_up")})
        return attrs


class TooMany(APIException):
    status_code = 409
    default_code = "too_many_devices"
    default_detail = _("You have as many devices here as oO keeps. Remove one first.")


class TooManyError(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=[TooMany.default_code])
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class TooManySerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=ClientErrorEnum.choices)
    errors = TooManyError(many=True)  # type: ignore[assignment]


@extend_validation_errors(["not_set_up"], field_name="channel", methods=["post"])
class DevicesView(PersonView):
    required_scopes = {"GET": "devices:read", "POST": "devices:write"}

    @extend_schema(
        operation_id="devices",
        responses=DeviceSerializer(many=True),
        summary="Where oO may speak up",
    )
    def get(self, request: Request) -> Response:
        mine = Device.objects.filter(user_id=self.person.pk).order_by("added_at", "pk")
        return Response(DeviceSerializer(mine.defer("address"), many=True).data)

    @extend_schema(
        operation_id="device_add",
        request=OfferedSerializer,
        responses={201: DeviceSerializer, 409: TooManySerializer},
        summary="Have oO speak up on this device; the same again is the same device",
    )
    def post(self, request: Request) -> Response:
        asked = OfferedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        offered = Offered(**asked.validated_data)
        try:
            device = add_device(self.person.pk, offered, at=timezone.now())
        except BadAddress as bad:
            no = gettext("This is no address of this channel: %(why)s.") % {"why": bad}
            raise serializers.ValidationError({"address": no}) from bad
        except TooManyDevices:
            raise TooMany from None
        except AccountClosed:
            raise NotAuthenticated from None
        return Response(DeviceSerializer(device).data, status=201)


class DeviceView(PersonView):
    required_scopes = {"DELETE": "devices:write"}

    @extend_schema(
        operation_id="device_remove",
        request=None,
        responses={204: None},
        summary="Have oO be silent on this device",
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        if not Device.objects.filter(pk=pk, user_id=self.person.pk).delete()[0]:
            raise Http404
        return Response(status=204)


urlpatterns = [
    path("devices", DevicesView.as_view(), name="devices"),
    path("devices/<uuid:pk>", DeviceView.as_view(), name="device"),
]
