"""Whether this installation is measured, known without loading what measures."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from oo.observe.counting import Counts

log = logging.getLogger(__name__)


@cache
def counts() -> Counts | None:
    """Of this process; None where nobody asks for them, or there is no place for them."""
    if not settings.OO_METRICS_TOKEN:
        return None
    from oo.observe.counting import Counts

    try:
        return Counts(settings.OO_METRICS_FOLDER)
    except OSError as error:
        log.error("nothing is counted: %s", type(error).__name__)  # noqa: TRY400
        return None
