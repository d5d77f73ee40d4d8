from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from integrations.base import Field, SourceManifest

MOST_BYTES = 2 * 1024 * 1024
LONGEST = 2_000


class FileField(forms.FileField):
    """A text file that is small enough, as text."""

    def clean(self, data: Any, initial: Any = None) -> str:
        file: UploadedFile[Any] = super().clean(data, initial)
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                _(
                    "This file is larger than 2 MB. Export less of it, or connect its address "
                    "instead: what is read there may be larger."
                )
            )
        content: bytes = file.read()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("latin-1")


class SourceForm(forms.Form):
    """Asks what the manifest of a source says is to be asked."""

    def __init__(self, manifest: SourceManifest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manifest = manifest
        self.warning = ""
        for asked in manifest.fields:
            field = self.fields[asked.name] = _field(asked)
            field.label, field.help_text = asked.label, asked.help
            field.error_messages["required"] = _missing(asked)

    def credentials(self) -> dict[str, str]:
        asked = (f.name for f in self.manifest.fields if f.kind != "file")
        return {name: self.cleaned_data[name] for name in asked}

    def document(self) -> str:
        files = (f.name for f in self.manifest.fields if f.kind == "file")
        return "".join(self.cleaned_data[name] for name in files)

    def warn(self, words: str) -> None:
        """Above what is asked, of a form that was not sent."""
        self.warning = words

    def blame(self, words: str) -> None:
        """Say it beside the one thing that was asked, else above all of them."""
        only = self.manifest.fields[0].name if len(self.manifest.fields) == 1 else None
        self.add_error(only, words)


def _field(asked: Field) -> forms.Field:
    attrs = {"class": "field__input"}
    if asked.kind == "file":
        return FileField(widget=forms.ClearableFileInput(attrs=attrs))
    quiet = {**attrs, "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
    widgets: dict[str, forms.Widget] = {
        "secret": forms.PasswordInput(attrs=quiet, render_value=False),
        "url": forms.TextInput(attrs={**quiet, "inputmode": "url"}),
    }
    widget = widgets.get(asked.kind) or forms.TextInput(attrs=attrs)
    return forms.CharField(max_length=LONGEST, widget=widget)


def _missing(asked: Field) -> Any:
    if asked.kind == "file":
        return _("Choose a file.")
    return _("Paste it here.") if asked.kind in ("secret", "url") else _("Fill this in.")
