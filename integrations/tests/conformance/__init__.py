"""What is asked of every source: one list of questions, and a driver for each source.

`Questions` is the list. A driver says how the source's owner and the world treat it: how something
is added, changed and deleted there, how the access is taken back, how an answer breaks off. A
question that cannot be asked of a source is excused by its driver, with the reason.

    class TestBookshelf(Questions):
        @pytest.fixture
        def kind(self) -> type[Driver]:
            return Bookshelf
"""

from __future__ import annotations

from integrations.tests.conformance.driver import Closes, Driver, Fragile, Kept, Outside, Tools, Way
from integrations.tests.conformance.gate import Gate
from integrations.tests.conformance.questions import Questions

__all__ = ["Closes", "Driver", "Fragile", "Gate", "Kept", "Outside", "Questions", "Tools", "Way"]
