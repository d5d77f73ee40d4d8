"""The three kinds of staff besides the admin, who may everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

from adminconsole.access import permissions

LOOK, ACT, REVEAL, QUERY = permissions.Permission
GROUPS: Mapping[str, Sequence[str]] = {
    "viewer": (LOOK,),
    "operator": (LOOK, ACT, QUERY),
    "privacy officer": (LOOK, ACT, REVEAL, QUERY),
}


def make_groups(**_sent: Any) -> None:
    """After each migrate. What an installation adds to a group stays in it."""
    # Django makes them after each migrate as well, and perhaps later.
    create_permissions(apps.get_app_config("adminconsole"), verbosity=0)
    for name, allowed in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        codenames = [permission.partition(".")[2] for permission in allowed]
        group.permissions.add(
            *Permission.objects.filter(
                content_type__app_label="adminconsole", codename__in=codenames
            )
        )
