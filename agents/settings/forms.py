"""Forms drawn from the schemas of plug-ins: a new plug-in needs no template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import TYPE_CHECKING, Any

from annotated_types import Ge, Le
from django import forms
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from agents.base import Prefs
from agents.models import Context

LINES = tuple[str, ...]
SWITCH = "on"  # the field of a schema that one tap in its row sets

if TYPE_CHECKING:
    ContextModelForm = forms.ModelForm[Context]
else:
    ContextModelForm = forms.ModelForm


def _number(info: FieldInfo, **known: Any) -> forms.Field:
    least: Any = next((m.ge for m in info.metadata if isinstance(m, Ge)), None)
    most: Any = next((m.le for m in info.metadata if isinstance(m, Le)), None)
    return forms.IntegerField(min_value=least, max_value=most, **known)


def _lines(_info: FieldInfo, **known: Any) -> forms.Field:
    known["required"] = False
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=1_000, **known)


def _switch(_info: FieldInfo, **known: Any) -> forms.Field:
    known["required"] = False
    return forms.BooleanField(**known)


def _clock(_info: FieldInfo, **known: Any) -> forms.Field:
    return forms.TimeField(widget=forms.TimeInput({"type": "time"}, format="%H:%M"), **known)


def _day(_info: FieldInfo, **known: Any) -> forms.Field:
    return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **known)


def _words(_info: FieldInfo, **known: Any) -> forms.Field:
    return forms.CharField(max_length=200, **known)


FIELDS: Mapping[Any, Callable[..., forms.Field]] = {
    bool: _switch,
    int: _number,
    time: _clock,
    date: _day,
    str: _words,
    LINES: _lines,
}


def unfit_fields(schema: type[Prefs]) -> list[str]:
    """Names of labelled fields that are not there, have no default, or no widget here."""
    return [
        name
        for name in schema.labels
        if name not in schema.model_fields
        or schema.model_fields[name].is_required()
        or schema.model_fields[name].annotation not in FIELDS
    ]


class PrefsForm(forms.Form):
    """One schema of a plug-in; `prefs` is what was typed, valid by the schema's own rules."""

    def __init__(self, schema: type[Prefs], data: Any = None, *, now: Prefs | None = None) -> None:
        super().__init__(data, initial=_shown(now or schema()), prefix=None)
        self.schema = schema
        self.prefs: Prefs | None = None
        for name, label in schema.labels.items():
            info = schema.model_fields[name]
            self.fields[name] = FIELDS[info.annotation](info, label=label)
            if not isinstance(self.fields[name], forms.BooleanField):
                self.fields[name].widget.attrs["class"] = "field__input"

    def clean(self) -> dict[str, Any]:
        typed = {name: _read(self.schema, name, v) for name, v in self.cleaned_data.items()}
        try:
            self.prefs = self.schema.model_validate(typed)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_input=False):
                name = str(each["loc"][0]) if each["loc"] else None
                self.add_error(name if name in self.fields else None, _("This does not fit."))
        return typed


def _shown(prefs: Prefs) -> dict[str, Any]:
    values = {name: getattr(prefs, name) for name in prefs.labels}
    return {k: "\n".join(v) if isinstance(v, tuple) else v for k, v in values.items()}


def _read(schema: type[Prefs], name: str, value: Any) -> Any:
    if schema.model_fields[name].annotation == LINES:
        return tuple(line.strip() for line in value.splitlines() if line.strip())
    return value


class ContextForm(ContextModelForm):
    """A situation with its hours. Without a day it is only ever switched on by hand."""

    days = forms.TypedMultipleChoiceField(
        label=_("Days"),
        coerce=int,
        required=False,
        choices=[(n, WEEKDAYS_ABBR[n]) for n in range(7)],
        widget=forms.CheckboxSelectMultiple,
    )
    projects = forms.CharField(
        label=_("Only tasks of these projects, one per line"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Empty: tasks of all projects."),
    )

    class Meta:
        model = Context
        fields = ("title", "days", "starts", "ends", "projects", "is_quiet")
        labels = {
            "title": _("Name"),
            "starts": _("From"),
            "ends": _("Until"),
            "is_quiet": _("Say nothing then"),
        }
        widgets = {
            "starts": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "ends": forms.TimeInput({"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["projects"] = "\n".join(self.instance.projects)
        for name in ("title", "starts", "ends", "projects"):
            self.fields[name].widget.attrs["class"] = "field__input"

    def clean_projects(self) -> list[str]:
        lines = self.cleaned_data["projects"].splitlines()
        return [line.strip()[:200] for line in lines if line.strip()][:20]

    def key(self) -> str:
        """Of a new one: by its name, or a number where the name has no plain letters."""
        return slugify(self.cleaned_data["title"])[:40] or "own"
