from __future__ import annotations

import re

import pytest

from oo.model.catalogue import DEFAULT, MODELS, ModelFile
from oo.model.places import Address, OllamaStore, Packages


def packages(model: ModelFile) -> Packages:
    (found,) = (place for place in model.places if isinstance(place, Packages))
    return found


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_model_is_known_by_its_hash_and_may_be_handed_on(model: ModelFile) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
    assert model.licence == "Apache-2.0"
    assert re.fullmatch(r"[a-z0-9.-]+", model.key)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_package_has_its_exact_version_and_its_place_in_the_file(model: ModelFile) -> None:
    place = packages(model)

    assert all(re.fullmatch(r"[a-z0-9-]+==[\d.]+", pin) for pin in place.requirements)
    before_the_last = (len(place.requirements) - 1) * place.each
    assert before_the_last < model.size <= before_the_last + place.each


def test_the_default_is_looked_for_on_this_machine_first_and_in_packages_last() -> None:
    assert [type(place) for place in DEFAULT.places] == [OllamaStore, Address, Packages]
    numbers = re.findall(r"part(\d+)=", " ".join(packages(DEFAULT).requirements))
    assert numbers == [str(number) for number in range(1, 23)]
