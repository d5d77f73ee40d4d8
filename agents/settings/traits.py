"""One small form for each trait, drawn from the type of its value: none has its own template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from agents.traits import (
    WEEK,
    Blocked,
    Door,
    EventTraits,
    Hours,
    LastMoment,
    Prepares,
    Span,
    Trait,
    Traits,
)
from agents.understanding.correcting import NoSuchTrait
from agents.understanding.loading import KINDS
from agents.understanding.words import DOORS, SAY
from oo.lib.text import one_line
from oo.lib.words import Words

LONGEST = 60  # letters of a name, of what waits, of what is prepared
MINUTES_OF_A_DAY = 24 * 60
# What is counted from a day further away would leave the calendar that dates are reckoned in.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)

Cleaned = Mapping[str, Any]
Fields = dict[str, forms.Field]

# In the order in which they are asked: what is of use for most tasks first.
QUESTIONS: Mapping[str, Words] = {
    "hours": _("When can it be done?"),
    "last_moment": _("Until when can it be done?"),
    "effort": _("How long does it take?"),
    "waits": _("Who is waiting for it?"),
    "blocked": _("What is it waiting for?"),
    "place": _("Where can it be done?"),
    "stakes": _("What happens if it is missed?"),
    "energy": _("How much attention does it need?"),
    "prepares": _("What does it have to be done before?"),
    "unblocks": _("What can go on once it is done?"),
    "obsolete_after": _("After which day is it of no use?"),
    "someday": _("Is it for someday?"),
    "noise": _("What is it, if nobody wrote it for you?"),
    "kind": _("What is it?"),
    "may_interrupt": _("May it be interrupted?"),
    "leave_by": _("How long before it do you have to leave?"),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """How a person gives a value of one type.

    fields  to fill in, for the trait of this name
    shown   what stands in them, of a value that is known
    read    the value, of what was filled in and what was known or None; ValidationError for what
            does not fit together
    """

    fields: Callable[[str], Fields]
    shown: Callable[[Any], Cleaned]
    read: Callable[[Cleaned, Any], Any]


class _Line(forms.CharField):
    """Made fit for one line before it is measured."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "", LONGEST + 1)


def _line(**known: Any) -> forms.Field:
    return _Line(max_length=LONGEST, **known)


def _day(**known: Any) -> forms.Field:
    return forms.DateField(
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        **known,
    )


def _clock(**known: Any) -> forms.Field:
    return forms.TimeField(
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"), required=False, **known
    )


def _choice(of: Mapping[Any, Words], **known: Any) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("Choose one")), *of.items()], **known)


def _one_field(
    field: Callable[[str], forms.Field],
    *,
    shown: Callable[[Any], Any] = lambda value: value,
    read: Callable[[Any], Any] = lambda typed: typed,
) -> Asking:
    return Asking(
        fields=lambda trait: {"value": field(trait)},
        shown=lambda value: {"value": shown(value)},
        read=lambda typed, _known: read(typed["value"]),
    )


def _one_of(members: type[StrEnum]) -> Asking:
    """Each by the sentence that it would be understood as."""
    return _one_field(
        lambda trait: _choice({m.value: SAY[trait](m) for m in members}, label=_("Your answer")),
        read=members,
    )


def _hours_fields(_trait: str) -> Fields:
    doors = {**DOORS, Door.OWN: _("At any hour, or at these:")}
    return {
        "door": _choice({door.value: words for door, words in doors.items()}, label=_("Hours")),
        "start": _clock(label=_("From")),
        "end": _clock(label=_("Until"), help_text=_("Empty: the usual hours.")),
        "days": forms.TypedMultipleChoiceField(
            label=_("Days"),
            coerce=int,
            required=False,
            choices=[(n, WEEKDAYS_ABBR[n]) for n in sorted(WEEK)],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None: every day."),
        ),
    }


def _hours_shown(hours: Hours) -> Cleaned:
    if not hours.spans:
        return {"door": hours.door}
    span = hours.spans[0]
    days = [] if span.days == WEEK else sorted(span.days)
    return {"door": hours.door, "start": span.start, "end": span.end, "days": days}


def _hours_read(typed: Cleaned, known: Hours | None) -> Hours:
    door, start, end = Door(typed["door"]), typed["start"], typed["end"]
    days = frozenset(typed["days"]) or WEEK
    if (start is None) != (end is None):
        raise forms.ValidationError(
            {"start" if start is None else "end": _("Give both times, or none.")}
        )
    if start is None and days != WEEK and door is not Door.OWN:
        raise forms.ValidationError({"start": _("Say from when until when on these days.")})
    if start is not None and start == end != time():
        raise forms.ValidationError({"end": _("This does not fit.")})
    if start is None and days == WEEK:
        return Hours(door)
    span = Span(days, start or time(), end or time())
    # A time that they change is on their own clock.
    is_same = known and [(s.start, s.end) for s in known.spans] == [(span.start, span.end)]
    return Hours(door, (span,), known.zone if known and is_same else "")


def _last_moment_read(typed: Cleaned, known: LastMoment | None) -> LastMoment:
    """A day that they name is that day, and no other of its name; a time that they change is on
    their own clock.
    """
    known = known or LastMoment()
    zone = known.zone if typed["at"] == known.at else ""
    return replace(
        known, on=typed["on"], at=typed["at"], is_of_week=False, is_of_month=False, zone=zone
    )


def _blocked_read(typed: Cleaned, _known: Blocked | None) -> Blocked:
    if not (typed["until"] or typed["by"]):
        raise forms.ValidationError({"by": _("Say what it waits for, or until which day.")})
    return Blocked(typed["until"], typed["by"])


def _prepares_read(typed: Cleaned, known: Prepares | None) -> Prepares:
    return replace(known or Prepares(), what=typed["what"], event_id=None)


def asking_of(kind: str, trait: str) -> Asking:
    """Raises NoSuchTrait for what is none, and KeyError for a type that nobody can fill in."""
    if kind not in KINDS or trait not in KINDS[kind].__dataclass_fields__:
        raise NoSuchTrait(trait)
    of_trait, _none = get_args(get_type_hints(KINDS[kind])[trait])
    (value,) = get_args(of_trait)
    return _one_of(value) if issubclass(value, StrEnum) else ASKING[value]


ASKING: Mapping[type[Any], Asking] = {
    bool: _one_field(
        lambda trait: _choice(
            {"yes": SAY[trait](True), "no": SAY[trait](False)}, label=_("Your answer")
        ),
        shown=lambda value: "yes" if value else "no",
        read=lambda typed: typed == "yes",
    ),
    str: _one_field(lambda _trait: _line(label=_("In a few words"))),
    date: _one_field(lambda _trait: _day(label=_("Day"))),
    timedelta: _one_field(
        lambda _trait: forms.IntegerField(
            label=_("Minutes"), min_value=1, max_value=MINUTES_OF_A_DAY
        ),
        shown=lambda span: int(span.total_seconds() // 60),
        read=lambda minutes: timedelta(minutes=minutes),
    ),
    Hours: Asking(_hours_fields, _hours_shown, _hours_read),
    LastMoment: Asking(
        lambda _trait: {
            "on": _day(
                label=_("Day"), required=False, help_text=_("Empty: the day on which it is due.")
            ),
            "at": _clock(label=_("Time"), help_text=_("Empty: the end of the day.")),
        },
        lambda last: {"on": last.on, "at": last.at},
        _last_moment_read,
    ),
    Blocked: Asking(
        lambda _trait: {
            "by": _line(label=_("Whom or what it waits for"), required=False),
            "until": _day(label=_("Not before this day"), required=False),
        },
        lambda blocked: {"by": blocked.by, "until": blocked.until},
        _blocked_read,
    ),
    Prepares: Asking(
        lambda _trait: {"what": _line(label=_("The event, as your calendar names it"))},
        lambda prepares: {"what": prepares.what},
        _prepares_read,
    ),
}


class TraitForm(forms.Form):
    """What one trait is, by the person; `value` is of the trait's type once the form is valid.

    known  what counts now; what the form does not ask for stays as it is there
    of     tells it apart from the other forms of the page
    Raises NoSuchTrait.
    """

    def __init__(
        self,
        kind: str,
        trait: str,
        data: Any = None,
        *,
        known: Traits | EventTraits,
        of: str = "",
    ) -> None:
        self.asking = asking_of(kind, trait)
        now: Trait[Any] | None = getattr(known, trait)
        self.known = now.value if now else None
        shown = self.asking.shown(now.value) if now else {}
        self.trait, self.anchor = trait, f"{of}-{trait}"
        super().__init__(data, initial=dict(shown), auto_id=f"{self.anchor}-%s")
        self.value: Any = None
        self.fields.update(self.asking.fields(trait))
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxSelectMultiple):
                field.widget.attrs["class"] = "field__input"

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            self.value = self.asking.read(self.cleaned_data, self.known)
        return self.cleaned_data
