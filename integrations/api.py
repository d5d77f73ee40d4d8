"""The person's connections over the API: the same reads and the same services as the page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_tokens.person_view import PersonView
from integrations import tasks
from integrations.base import Trouble
from integrations.models import Connection
from integrations.registry import SOURCES
from integrations.sync import due
from oo.lib.queue import look_now


class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    """`last_error` is empty while all is well."""

    title = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=Connection.State.choices)
    last_error = serializers.ChoiceField(
        choices=[trouble.value for trouble in Trouble], allow_blank=True
    )

    class Meta:
        model = Connection
        fields = (
            "id",
            "source",
            "title",
            "label",
            "state",
            "synced_at",
            "next_sync_at",
            "last_error",
        )
        read_only_fields = fields

    def get_title(self, connection: Connection) -> str:
        return SOURCES.title(connection.source)


class ReconnectNeeded(APIException):
    status_code = 409
    default_code = "reconnect_needed"
    default_detail = _("The person has to connect this source again first.")


class ConnectionsView(PersonView):
    required_scopes = {"GET": "connections:read"}

    @extend_schema(
        operation_id="connections",
        responses=ConnectionSerializer(many=True),
        summary="What is connected, and how it is",
    )
    def get(self, request: Request) -> Response:
        mine = Connection.objects.filter(user=self.person).order_by("connected_at")
        rows = mine.defer("credentials", "document", "cursor")
        return Response(ConnectionSerializer(rows, many=True).data)


class ReconnectNeededError(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=[ReconnectNeeded.default_code])
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ReconnectNeededSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["client_error"])
    errors = ReconnectNeededError(many=True)  # type: ignore[assignment]


class SyncView(PersonView):
    """Reading anew changes nothing at the source and takes no more than a look does.

    Also accepted where nothing is hurried: `next_sync_at` says when it is read.
    """

    required_scopes = {"POST": "connections:read"}

    @extend_schema(
        operation_id="connection_sync",
        request=None,
        responses={202: ConnectionSerializer, 409: ReconnectNeededSerializer},
        summary="Have a connection read now, in the background",
    )
    def post(self, request: Request, pk: UUID) -> Response:
        if due.request_sync(pk, self.person.pk, at=timezone.now()):
            look_now(tasks.sync_one, str(pk), expires_s=60)
        connection = Connection.objects.filter(pk=pk, user=self.person).first()
        if connection is None:
            raise Http404
        if connection.state in (*Connection.STUCK, Connection.State.LEAVING):
            raise ReconnectNeeded
        return Response(ConnectionSerializer(connection).data, status=202)


urlpatterns = [
    path("connections", ConnectionsView.as_view(), name="connections"),
    path("connections/<uuid:pk>/sync", SyncView.as_view(), name="connection-sync"),
]
