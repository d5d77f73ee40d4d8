from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

from oo.lib.queue import never_wait

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oo.settings.local")

CHARSET = re.compile(r";\s*charset\*?\d*\*?\s*=\s*(\"[^\"]*\"|[^;]*)", re.IGNORECASE)

django = get_wsgi_application()
never_wait()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Django, told that every body is UTF-8.

    Forms and JSON are. Django believes the name of any codec of Python in a request's content type,
    and for one that is no encoding of text ("rot13") it fails where no page of ours can say so.
    """
    if "charset" in environ.get("CONTENT_TYPE", "").lower():
        environ["CONTENT_TYPE"] = CHARSET.sub("", environ["CONTENT_TYPE"])
    return django(environ, start_response)
