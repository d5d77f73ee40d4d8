"""What staff may do, and whether somebody may."""

from __future__ import annotations

from enum import StrEnum
from typing import cast

from django.http import HttpRequest

from accounts.models import User
from adminconsole.access.recent import came_by_token


class Permission(StrEnum):
    """What staff may do here. Groups hold them: see adminconsole.access.groups."""

    LOOK = "adminconsole.look"  # at numbers and states, without anybody's words
    ACT = "adminconsole.act"
    REVEAL = "adminconsole.reveal"  # what a person wrote, prompts and answers of models
    QUERY = "adminconsole.query"  # with SQL, without personal columns


def may(request: HttpRequest, permission: Permission) -> bool:
    """A program that came by token looks, whatever the person may whose name it has."""
    if came_by_token(request) and permission is not Permission.LOOK:
        return False
    return cast("User", request.user).has_perm(permission)
