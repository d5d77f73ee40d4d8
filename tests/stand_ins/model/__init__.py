"""A stand-in for servers of language models: OpenAI's protocol and Ollama's, on a loopback port.

    with ModelStandIn() as model:
        model.play(Turn(status=500), Turn("Pay the rent."))
        ... model.requests[0].body ...

It thinks nothing: it says what it is told to, the last turn again and again.
"""

from __future__ import annotations

from tests.stand_ins.model.aliases import entry, use_aliases
from tests.stand_ins.model.script import Request, Turn
from tests.stand_ins.model.server import ModelStandIn

__all__ = ["ModelStandIn", "Request", "Turn", "entry", "use_aliases"]
