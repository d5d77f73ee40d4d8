"""How every form draws its fields: set as FORM_RENDERER."""

from __future__ import annotations

from typing import Any

from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.forms.renderers import DjangoTemplates
from django.forms.widgets import Widget
from django.utils.functional import cached_property


class RefusedField(BoundField):
    """Of a form that is refused, the first field that is wrong has the focus."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: Widget | None = None
    ) -> dict[str, Any]:
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        wrong = (field.name for field in self.form.visible_fields() if field.errors)
        return built | ({"autofocus": True} if self.name == next(wrong, None) else {})

    @cached_property
    def subwidgets(self) -> list[BoundWidget]:
        """Of several boxes the first: only one thing on a page can have it."""
        found = super().subwidgets
        for each in found[1:]:
            each.data["attrs"].pop("autofocus", None)
        return found


class Renderer(DjangoTemplates):
    bound_field_class = RefusedField
