"""Words of a message that a service still carries: cut where they are too long. Pure."""

from __future__ import annotations

from collections.abc import Callable

from notifier.base import Message
from oo.lib.text import one_line

LONGEST_TITLE, LONGEST_BODY = 200, 400  # characters
MOST_BYTES = 4_096  # what Apple and Google take


def fit(message: Message, size: Callable[[str, str], int]) -> tuple[str, str]:
    """Title and body, each in one line; the body gives way first.

    size  bytes of what would be sent with this title and this body, which depend on the script
    """
    title, body = one_line(message.title, LONGEST_TITLE), one_line(message.body, LONGEST_BODY)
    while body and size(title, body) > MOST_BYTES:
        body = body[:-1]
    while title and size(title, body) > MOST_BYTES:
        title = title[:-1]
    return title.rstrip(), body.rstrip()
