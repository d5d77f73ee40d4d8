"""How long a tip is worked on, and with how many questions: all about it together."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from django.conf import settings

from oo.lib.llm import ModelTooSlow, Overtaken


class Patience:
    """From now on, OO_MODEL_TIMEOUT_S; less when the answers are not wanted any more."""

    def __init__(self, questions: int, is_wanted: Callable[[], bool]) -> None:
        self.questions = questions  # that may still be asked
        self.is_wanted = is_wanted
        self._ends = monotonic() + settings.OO_MODEL_TIMEOUT_S

    def take_s(self) -> float:
        """Seconds for the next question, which is one less then.

        Raises ModelTooSlow when there are none, Overtaken when nobody needs the answer.
        """
        left = self._ends - monotonic()
        if left <= 0:
            raise ModelTooSlow("all questions about this tip took too long")
        if not self.is_wanted():
            raise Overtaken("the tip was seen, answered or overtaken")
        self.questions -= 1
        return left
