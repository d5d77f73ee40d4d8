from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone

from integrations.connect import page

register = template.Library()


@register.inclusion_tag("integrations/connect.html#rows", takes_context=True)
def connection_rows(context: Context) -> dict[str, Any]:
    """The connections of the person who is signed in, as the Connect page shows them. One query."""
    rows = page.rows(context["request"].user.pk, at=timezone.now())
    return {"rows": rows, "is_busy": any(row.is_busy for row in rows)}
