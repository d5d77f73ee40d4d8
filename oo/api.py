"""What every endpoint of the API has in common: what an error looks like."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpResponse, HttpResponseBase
from django.urls.converters import StringConverter
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class TypedErrors(ExceptionHandler):
    """Also for what Django refuses before REST framework sees it: a body that is too large."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, SuspiciousOperation | BadRequest):
            return ParseError(_("The request cannot be read."))
        converted: Exception = super().convert_known_exceptions(exc)
        return converted


class Anything(StringConverter):
    """A path, with the line breaks that Django's own converter does not match."""

    regex = "(?s:.+)"


@extend_schema(exclude=True)
class SchemaView(SpectacularAPIView):
    """Anybody may ask for it, and to build it takes longer than any page: each process keeps it,
    in each language and form. `?lang=de` asks for another than the client's."""

    permission_classes = ()
    _kept: ClassVar[dict[tuple[str, str], bytes]] = {}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.GET.get("lang", "")
        language = asked if asked in dict(settings.LANGUAGES) else get_language() or ""
        form = request.accepted_renderer.media_type
        if (language, form) not in self._kept:
            with translation.override(language):
                built = self._get_schema_response(request)  # type: ignore[no-untyped-call]
                built = self.finalize_response(request, built)
                self._kept[language, form] = built.render().content
        return HttpResponse(self._kept[language, form], f"{form}; charset=utf-8")


@extend_schema(exclude=True)
class NothingHere(APIView):
    """A client of the API gets its errors as JSON, also for an address that is none."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound

    def get(self, request: Request, **_path: str) -> Response:
        raise NotFound
