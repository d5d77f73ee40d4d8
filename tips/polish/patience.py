"""How long a tip is worked on, and with how many questions: all about it together."""

from __future__ import annotations

from time import monotonic

from django.conf import settings

from oo.lib.llm import ModelTooSlow


class Patience:
    """From now on, OO_MODEL_TIMEOUT_S."""

    def __init__(self, questions: int) -> None:
        self.questions = questions  # that may still be asked
        self._ends = monotonic() + settings.OO_MODEL_TIMEOUT_S

    def take_s(self) -> float:
        """Seconds for the next question, which is one less then.

        Raises ModelTooSlow when there are none.
        """
        left = self._ends - monotonic()
        if left <= 0:
            raise ModelTooSlow("all questions about this tip took too long")
        self.questions -= 1
        return left
