from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.profile import CLOCKS, DATES
from accounts.profile import zones
from accounts.profile.change import ProfileChange

AS_LANGUAGE = "language"  # not "", which a form that has not this field says too


class ProfileForm(forms.Form):
    """The part of the settings page that a person types."""

    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    role = forms.CharField(
        label=_("What you do"),
        max_length=80,
        required=False,
        help_text=_("A few words, if you like. oO does not have to know."),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        help_text=_("oO uses this for your days and hours. Type a city near you."),
    )
    locale = forms.ChoiceField(label=_("Language"))
    # A page from before these fields says nothing of them, and leaves them.
    clock = forms.ChoiceField(
        label=_("Clock"),
        choices=[(AS_LANGUAGE, _("As the language writes it")), *CLOCKS],
        required=False,
    )
    dates = forms.ChoiceField(
        label=_("Dates"),
        choices=[(AS_LANGUAGE, _("As the language writes them")), *DATES],
        required=False,
    )
    # Not a checkbox: a page from before this field says nothing of it, which is no "off".
    single_keys = forms.TypedChoiceField(
        label=_("Keys"),
        choices=[("on", _("Single keys answer the tip")), ("off", _("No single keys"))],
        coerce=lambda value: value == "on",
        empty_value=None,
        required=False,
        help_text=_("Press ? on the tip page to see them. Turn them off if you use voice control."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locale"] = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
        hints = {"name": "name", "role": "organization-title", "time_zone": "off"}
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "field__input"
            if name in hints:
                field.widget.attrs["autocomplete"] = hints[name]
        self.fields["time_zone"].widget.attrs |= {"list": "zones", "spellcheck": "false"}

    @classmethod
    def about(cls, user: User, data: Any = None) -> ProfileForm:
        profile = user.profile
        return cls(
            data,
            initial={
                "name": user.name,
                "role": profile.role,
                "time_zone": profile.time_zone,
                "locale": profile.locale,
                "clock": profile.clock or AS_LANGUAGE,
                "dates": profile.dates or AS_LANGUAGE,
                "single_keys": "on" if profile.single_keys else "off",
            },
        )

    def clean_time_zone(self) -> str:
        zone = zones.find_zone(self.cleaned_data["time_zone"])
        if zone is None:
            raise forms.ValidationError(
                _("This is not a time zone that we know. Write it like Europe/Berlin.")
            )
        return zone

    def change(self) -> ProfileChange:
        given = {**self.cleaned_data}
        for name in ("clock", "dates"):
            given[name] = {"": None, AS_LANGUAGE: ""}.get(given[name], given[name])
        return ProfileChange(**given)
