"""What a model may say of a row: each check, and what a careful wording looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tips.decide.grounding import LONGEST, objection

RENT = "Pay the rent to Mr Miller"


def wrong(said: str, title: str = RENT, *reasons: str, locale: str = "en") -> str:
    return objection(said, title, reasons, locale=locale)


@pytest.mark.parametrize(
    ("said", "title", "reasons", "locale"),
    [
        ("Pay the rent to Mr Miller today.", RENT, ("Due today",), "en"),
        ("It is a good moment to water the plants.", "Water plants", (), "en"),
        ("Take the form to the council office, it is open until 4 p.m.",
         "Council office: form", ("Open until 4 p.m.",), "en"),
        ("Jetzt Oma anrufen, das ist heute fällig.", "Oma anrufen", ("Heute fällig",), "de"),
        ("Pense à payer le loyer, c'est pour aujourd'hui.", "Payer le loyer",
         ("Pour aujourd'hui",), "fr"),
        ("牛乳を買いましょう。", "牛乳を買う", (), "ja"),
        ("Read chapter 3.", "Read chapter ３", (), "en"),
    ],
)  # fmt: skip
def test_a_careful_wording_passes(
    said: str, title: str, reasons: tuple[str, ...], locale: str
) -> None:
    assert objection(said, title, reasons, locale=locale) == ""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("empty", " "),
        ("long", f"Pay the rent {'now ' * 40}."),
        ("lines", "Pay the rent.\nNow."),
        ("markup", "Pay the <b>rent</b>."),
        ("markup", "Pay the [rent](x)."),
        ("link", "Pay the rent at evil.com."),
        ("link", "Pay the rent, ask a@b."),
        ("end", "Pay the rent"),
        ("number", "Pay the rent of 900."),
        ("number", "Pay the rent of ९००."),
        ("date", "Pay the rent on Friday."),
        ("date", "Pay the rent tomorrow."),
        ("name", "Pay the rent to Anna."),
        ("name", "Pay the rent to Mr Miller and NASA."),
        ("added", "Pay the rent to Mr Miller at the bank."),
        ("added", "Do not pay the rent to Mr Miller."),
        ("added", "Fix the rent, pay Mr Miller."),
        ("twice", "Pay the rent, pay the rent."),
        ("off_target", "Go for a walk now."),
        ("off_target", "Miller, please send the rent."),
        ("language", "Pay the rent, das ist für dich und die Miller."),
    ],
)
def test_each_check(code: str, said: str) -> None:
    assert wrong(said) == code


def test_of_a_title_without_words_nothing_is_said() -> None:
    assert wrong("Feed your dog.", "🐶💊") == "off_target"


def test_a_number_counts_as_often_as_it_stands_there() -> None:
    assert wrong("Buy 2 eggs and 2 pears.", "Buy 2 eggs, pears") == "number"


def test_a_reason_may_be_used() -> None:
    assert wrong("Pay the rent to Mr Miller by Friday.") == "date"
    assert wrong("Pay the rent to Mr Miller by Friday.", RENT, "Due on Friday") == ""


@given(st.text(max_size=200), st.text(max_size=80), st.sampled_from(["en", "de", "ja", "xx"]))
def test_nothing_that_passes_is_long_or_linked_or_ungrounded(
    said: str, title: str, locale: str
) -> None:
    if objection(said, title, (), locale=locale) == "":
        assert 0 < len(said) <= LONGEST
        assert "<" not in said
        assert "http:" not in said
        assert "\n" not in said
