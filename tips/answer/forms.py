from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from tips.models import Tip


class MomentField(forms.CharField):
    """An ISO 8601 moment with its offset, as a device writes it. Nonsense counts as not given:
    the answer beside it matters more."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            moment = parse_datetime(text)
        except ValueError:
            return None
        return moment if moment and is_aware(moment) else None


class AnswerForm(forms.Form):
    reaction = forms.ChoiceField(choices=Tip.Reaction.choices)
    answered_at = MomentField(required=False, max_length=40)


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(choices=Tip.Reason.choices)


class CorrectionForm(forms.Form):
    kind = forms.ChoiceField(choices=[("task", "task"), ("event", "event")])
    # The name of a trait, by the button that was pressed.
    not_so = forms.CharField(max_length=20, required=False)
    is_so = forms.CharField(max_length=20, required=False)


class CompletionForm(forms.Form):
    key = forms.UUIDField()
    action = forms.ChoiceField(choices=[("retry", "retry"), ("dismiss", "dismiss")])
