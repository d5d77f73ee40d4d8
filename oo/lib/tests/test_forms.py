from __future__ import annotations

import pytest
from django import forms


class Form(forms.Form):
    hidden = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField()
    days = forms.MultipleChoiceField(
        choices=[("1", "Mo"), ("2", "Tu")], widget=forms.CheckboxSelectMultiple
    )
    hour = forms.IntegerField()


def focused(form: forms.Form) -> list[str]:
    """What has the focus, by its id."""
    fields = [str(form["hidden"]), str(form["name"]), *map(str, form["days"]), str(form["hour"])]
    return [html.split(' id="')[1].split('"')[0] for html in fields if "autofocus" in html]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ({}, ["id_name"]),
        ({"name": "a"}, ["id_days_0"]),
        ({"name": "a", "days": ["2"], "hour": "x"}, ["id_hour"]),
        ({"hidden": "a", "name": "a", "days": ["2"], "hour": "1"}, []),
    ],
)
def test_the_first_field_that_is_wrong_has_the_focus(
    typed: dict[str, object], first: list[str]
) -> None:
    assert focused(Form(typed)) == first


def test_a_form_that_nobody_filled_in_takes_no_focus() -> None:
    assert focused(Form()) == []
