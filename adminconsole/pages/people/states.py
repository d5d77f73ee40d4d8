"""How a person's sources are, in a word and a tone. Never what they call them: that is theirs."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.models import Connection
from integrations.registry import SOURCES

State = Connection.State
TONES = {
    State.OK: "good",
    State.NEW: "warn",
    State.RETRYING: "warn",
    State.RECONNECT: "bad",
}


@dataclass(frozen=True, slots=True)
class SourceState:
    """tone: good, warn, bad or none, as in console.css."""

    connection: Connection
    title: str
    words: str
    tone: str

    @property
    def is_connected(self) -> bool:
        return self.connection.state not in Connection.NOT_CONNECTED


def state_of_source(connection: Connection) -> SourceState:
    return SourceState(
        connection,
        SOURCES.title(connection.source),
        str(connection.get_state_display()),
        TONES.get(State(connection.state), "none"),
    )
