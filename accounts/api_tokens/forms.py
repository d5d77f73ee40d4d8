from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.api_tokens.tokens import SCOPES

FOR_EVER = "for-ever"  # chosen: a form that says nothing of days makes no token


class TokenForm(forms.Form):
    LIFETIMES = (
        ("30", _("30 days")),
        ("90", _("90 days")),
        ("365", _("a year")),
        (FOR_EVER, _("as long as you do not revoke it")),
    )

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("What the token is for, so that you know it.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=tuple(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that the token may do.")},
    )
    days = forms.ChoiceField(label=_("It works for"), choices=LIFETIMES, initial="90")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "days"):
            self.fields[name].widget.attrs["class"] = "field__input"
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def expires_at(self, *, at: datetime) -> datetime | None:
        days = self.cleaned_data["days"]
        return None if days == FOR_EVER else at + timedelta(days=int(days))
