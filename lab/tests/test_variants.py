from __future__ import annotations

import pytest

from lab.moments.variants import NoSuchVariant, Variant, variant_named


def test_a_variant_is_a_name_or_the_key_of_a_policy() -> None:
    assert variant_named("rule") == variant_named("deadline_first") == Variant("deadline_first")
    with pytest.raises(NoSuchVariant, match="there are rule, random"):
        variant_named("clever")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("good_sense+labels", Variant("good_sense", is_labelled=True)),
        ("good_sense+model", Variant("good_sense", asks=True)),
        ("good_sense+wording", Variant("good_sense", asks=True, skills=frozenset({"words"}))),
        (
            "good_sense+labels+choosing",
            Variant("good_sense", is_labelled=True, asks=True, skills=frozenset({"chooses"})),
        ),
    ],
)
def test_what_is_different_stands_behind_it(name: str, expected: Variant) -> None:
    assert variant_named(name) == expected


def test_what_is_not_known_behind_it_is_no_variant() -> None:
    with pytest.raises(NoSuchVariant, match="psychic is none of labels, model"):
        variant_named("rule+psychic")
