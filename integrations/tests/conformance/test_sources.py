"""The questions, put to every source that there is."""

from __future__ import annotations

import pytest

from integrations.models import Task
from integrations.registry import SOURCES
from integrations.tests.conformance import Closes, Driver, Questions
from integrations.tests.conformance.drivers import DRIVERS
from integrations.tests.conformance.hostile import HOSTILE
from integrations.tests.conformance.questions import names_of

KINDS = [pytest.param(kind, id=kind.__name__) for kinds in DRIVERS.values() for kind in kinds]


class TestSources(Questions):
    @pytest.fixture(params=KINDS)
    def kind(self, request: pytest.FixtureRequest) -> type[Driver]:
        kind: type[Driver] = request.param
        return kind


def test_every_source_of_ours_has_a_driver() -> None:
    """See CONTRIBUTING, "Add a source". Those of other packages bring their own."""
    sources = SOURCES.load().items()
    ours = {key for key, each in sources if type(each).__module__.startswith(SOURCES.package)}
    assert ours == set(DRIVERS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_driver_excuses_what_there_is_and_says_why(kind: type[Driver]) -> None:
    assert DRIVERS[kind.key].count(kind) == 1
    assert kind.excused.keys() <= names_of(Questions)
    assert kind.unsayable.keys() <= HOSTILE.keys()
    assert all(reason.strip() for reason in (*kind.excused.values(), *kind.unsayable.values()))


@pytest.mark.parametrize("key", DRIVERS)
def test_each_kind_of_row_is_asked_about(key: str) -> None:
    """Closing as well, where the manifest says that it can."""
    manifest, kinds = SOURCES[key].manifest, DRIVERS[key]
    assert ("tasks" in manifest.consents) == any(kind.rows is Task for kind in kinds)
    asked = [kind for kind in kinds if "test_what_was_closed_stays_closed" not in kind.excused]
    assert bool(asked) == manifest.can_complete
    assert all(kind.rows is Task for kind in asked)
    is_outside = not (manifest.is_local or key == "sample")
    assert manifest.can_complete is False or not is_outside or issubclass(asked[0], Closes)
