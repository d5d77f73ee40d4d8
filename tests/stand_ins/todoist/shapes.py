"""The objects as Todoist sends them, each with every key that a client may look for."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from .clock import stamp
from .errors import Json


def build_task(
    task_id: str, user_id: str, project_id: str, content: str, now: datetime, order: int
) -> Json:
    return {
        "id": task_id,
        "user_id": user_id,
        "project_id": project_id,
        "section_id": None,
        "parent_id": None,
        "content": content,
        "description": "",
        "labels": [],
        "priority": 1,
        "due": None,
        "deadline": None,
        "duration": None,
        "checked": False,
        "is_deleted": False,
        "is_collapsed": False,
        "added_at": stamp(now),
        "updated_at": stamp(now),
        "completed_at": None,
        "completed_by_uid": None,
        "added_by_uid": user_id,
        "assigned_by_uid": None,
        "responsible_uid": None,
        "child_order": order,
        "day_order": -1,
        "note_count": 0,
        "goal_ids": [],
    }


def build_project(project_id: str, name: str, now: datetime, *, inbox: bool, order: int) -> Json:
    return {
        "id": project_id,
        "name": name,
        "description": "",
        "color": "charcoal",
        "child_order": order,
        "default_order": 0,
        "parent_id": None,
        "folder_id": None,
        "workspace_id": None,
        "inbox_project": inbox,
        "is_archived": False,
        "is_collapsed": False,
        "is_deleted": False,
        "is_favorite": False,
        "is_frozen": False,
        "is_shared": False,
        "can_assign_tasks": False,
        "view_style": "list",
        "created_at": stamp(now),
        "updated_at": stamp(now),
    }


def build_label(label_id: str, name: str, order: int) -> Json:
    return {
        "id": label_id,
        "name": name,
        "color": "charcoal",
        "order": order,
        "is_favorite": False,
        "is_deleted": False,
    }


def build_section(section_id: str, project_id: str, name: str, now: datetime, order: int) -> Json:
    return {
        "id": section_id,
        "name": name,
        "project_id": project_id,
        "section_order": order,
        "is_archived": False,
        "is_collapsed": False,
        "is_deleted": False,
        "added_at": stamp(now),
        "updated_at": stamp(now),
    }


def build_user(
    user_id: str, email: str, name: str, zone: str, inbox_id: str, now: datetime
) -> Json:
    return {
        "id": user_id,
        "email": email,
        "full_name": name,
        "lang": "en",
        "inbox_project_id": inbox_id,
        "is_premium": False,
        "premium_status": "not_premium",
        "daily_goal": 5,
        "weekly_goal": 25,
        "days_off": [6, 7],
        "start_day": 1,
        "start_page": "today",
        "date_format": 0,
        "time_format": 0,
        "karma": 0.0,
        "karma_trend": "-",
        "completed_today": 0,
        "has_password": True,
        "is_deleted": False,
        "joined_at": stamp(now),
        "tz_info": build_zone_info(zone, now),
    }


def build_zone_info(zone: str, now: datetime) -> Json:
    local = now.astimezone(ZoneInfo(zone))
    offset = local.utcoffset()
    minutes_east = int(offset.total_seconds() // 60) if offset else 0
    hours, minutes = divmod(abs(minutes_east), 60)
    sign = "-" if minutes_east < 0 else "+"
    return {
        "timezone": zone,
        "hours": -hours if minutes_east < 0 else hours,
        "minutes": minutes,
        "gmt_string": f"{sign}{hours:02}:{minutes:02}",
        "is_dst": int(bool(local.dst())),
    }
