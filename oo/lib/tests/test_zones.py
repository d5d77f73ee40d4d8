from __future__ import annotations

import pytest

from oo.lib import zones
from oo.lib.zones import place_of, zone_named, zone_names


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "EST5EDT", "America/Indiana/Knox"])
def test_a_zone_is_found_by_its_name(name: str) -> None:
    found = zone_named(name)
    assert found is not None
    assert found.key == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Olympus",
        "Europe",
        "europe/berlin",
        "Europe/Berlin ",
        "Europe/../Europe/Berlin",
        "../..",
        "../etc/passwd",
        "/etc/localtime",
        "Europe/Berlin\0",
        "Factory",
        "localtime",
        "posixrules",
        "right/Europe/Berlin",
        "zone.tab",
        "x" * 5000,
    ],
)
def test_whatever_else_it_is_it_is_no_zone(name: str) -> None:
    assert zone_named(name) is None


@pytest.mark.parametrize("name", ["Mars/Olympus", "Europe", "../.."])
def test_a_listed_name_whose_file_cannot_be_read_is_no_zone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zones, "zone_names", lambda: frozenset({name}))
    assert zone_named(name) is None


def test_every_listed_name_is_a_zone() -> None:
    assert len(zone_names()) > 400
    assert all(zone_named(name) for name in zone_names())


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("America/New_York", "New York"),
        ("America/Argentina/Mendoza", "Mendoza"),
        ("Etc/GMT+12", "UTC-12"),
        ("Etc/UTC", "UTC"),
        ("NZ", "NZ"),
    ],
)
def test_a_clock_is_called_as_people_call_it(name: str, place: str) -> None:
    assert place_of(name) == place
