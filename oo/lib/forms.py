"""How every form draws its fields: set as FORM_RENDERER."""

from __future__ import annotations

from collections.abc import Iterable
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
        _leave_focus_to_first(each.data for each in found)
        return found


class Renderer(DjangoTemplates):
    bound_field_class = RefusedField

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Of boxes that are drawn as a whole, too, the first has the focus."""
        widget = context.get("widget", {})
        boxes = [each for _group, options, _n in widget.get("optgroups", ()) for each in options]
        _leave_focus_to_first(boxes)
        _leave_focus_to_first(widget.get("subwidgets", ()))
        return str(super().render(template_name, context, request))


def _leave_focus_to_first(boxes: Iterable[dict[str, Any]]) -> None:
    for each in [*boxes][1:]:
        each["attrs"].pop("autofocus", None)
