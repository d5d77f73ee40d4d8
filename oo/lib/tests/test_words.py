"""What is said to one person is in their language, on their clock, and no longer than that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from oo.lib.words import Formats, clock, gettext, ngettext, told_to

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def said() -> tuple[str, str, str]:
    more = ngettext("%(first)s, %(second)s and one more", "%(first)s, %(second)s and %(n)s more", 2)
    return clock(NOON), gettext("Done"), more % {"first": 1, "second": 2, "n": 2}


@pytest.fixture(autouse=True)
def _somewhere_else() -> Iterator[None]:
    with timezone.override(UTC), translation.override("en"):
        yield


def test_a_person_is_told_in_their_zone_language_and_formats() -> None:
    with told_to(BERLIN, "de", Formats(clock="24")):
        assert said() == ("14:00 Uhr", "Erledigt", "1, 2 und 2 weitere")
    assert said()[1:] == ("Done", "1, 2 and 2 more")


def test_one_after_another_hears_their_own() -> None:
    with told_to(BERLIN, "de", Formats()):
        first = said()
    with told_to(BERLIN, "en", Formats(clock="12")):
        assert said() == ("2 p.m.", "Done", "1, 2 and 2 more")
    assert first[1] == "Erledigt"


def test_what_fails_leaves_no_language_behind() -> None:
    with pytest.raises(LookupError), told_to(BERLIN, "de", Formats()):
        raise LookupError
    assert gettext("Done") == "Done"
    with translation.override("de"):
        assert gettext("Done") == "Erledigt"
