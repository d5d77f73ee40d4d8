from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.models.profile import check_zone


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "Europe", "../..", "localtime"])
def test_what_is_no_zone_is_told_as_a_mistake_of_the_field(name: str) -> None:
    with pytest.raises(ValidationError, match="not a time zone"):
        check_zone(name)


def test_a_zone_is_accepted() -> None:
    check_zone("Europe/Berlin")
