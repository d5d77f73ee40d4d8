"""What somebody else wrote, on one line that says what it seems to say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.lib.text import lines, one_line, storable

ANY = st.text(st.characters(exclude_categories=()), max_size=300)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Pay\nthe  rent\t", "Pay the rent"),
        ("Pay\x00 rent", "Pay rent"),
        ("Pay\u2028rent", "Pay rent"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2066Pay\u2069 \u200frent\u061c", "Pay rent"),
        ("half \ud83d of it", "half of it"),
        ("לשלם שכר דירה", "לשלם שכר דירה"),
        ("می‌روم 👩‍💻", "می‌روم 👩‍💻"),
    ],
    ids=["breaks", "nul", "separator", "override", "isolates", "surrogate", "hebrew", "joiners"],
)
def test_one_line(written: str, read: str) -> None:
    assert one_line(written, 500) == read


@given(ANY)
def test_one_line_is_one_line_that_a_database_takes(text: str) -> None:
    line = one_line(text, 40)
    assert line == " ".join(line.split())
    assert len(line) <= 40
    assert line.encode("utf-8").decode() == line
    assert one_line(line, 40) == line


@given(ANY)
def test_lines_keep_their_breaks_and_nothing_else_that_steers(text: str) -> None:
    kept = lines(text, 100)
    assert len(kept) <= 100
    assert not set(kept) & set("\x00\x07\r\u202e\u2066\ufeff")
    assert lines("One\r\nTwo\nThree", 100) == "One\nTwo\nThree"


@given(ANY)
def test_keys_stay_what_they_are_but_for_what_cannot_be_stored(text: str) -> None:
    assert storable(text).encode("utf-8").decode() == storable(text)
    assert storable("a\nb\u202e") == "a\nb\u202e"
