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


class Boxes(forms.Form):
    r = forms.ChoiceField(choices=[("1", "Mo"), ("2", "Tu")], widget=forms.RadioSelect)
    c = forms.MultipleChoiceField(
        choices=[("am", [("1", "Mo"), ("2", "Tu")]), ("pm", [("3", "We")])],
        widget=forms.CheckboxSelectMultiple,
    )
    s = forms.ChoiceField(choices=[("1", "Mo"), ("2", "Tu")])
    d = forms.SplitDateTimeField()


@pytest.mark.parametrize(
    ("typed", "field", "first"),
    [
        ({}, "r", "id_r_0"),
        ({"r": "1"}, "c", "id_c_0_0"),
        ({"r": "1", "c": ["1"]}, "s", "id_s"),
        ({"r": "1", "c": ["1"], "s": "1"}, "d", "id_d_0"),
    ],
)
def test_of_boxes_that_are_drawn_as_a_whole_the_first_has_the_focus(
    typed: dict[str, object], field: str, first: str
) -> None:
    drawn = {name: str(Boxes(typed)[name]) for name in "rcsd"}
    assert [name for name, html in drawn.items() if "autofocus" in html] == [field]
    tags = [tag for tag in drawn[field].split("<") if "autofocus" in tag]
    assert len(tags) == 1
    assert f'id="{first}"' in tags[0]
