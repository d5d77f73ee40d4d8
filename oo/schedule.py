"""Every periodic job in one table: task, period in seconds, why.

A period is also the message's lifetime: a job that could not run before the next is dropped.
"""

from __future__ import annotations

from typing import Any

JOBS: dict[str, tuple[int, str]] = {
    "integrations.tasks.sync_due": (60, "bring the sources up to date whose period is over"),
    "integrations.tasks.close_due": (30, "complete answered tasks at their source, and retry"),
    "notifier.tasks.send_due": (30, "send the notifications whose moment has come"),
    "tips.tasks.keep_ready": (60, "replace tips that expired or whose moment has passed"),
    "tips.tasks.deliver": (60, "speak up where a ready tip is worth an interruption"),
    "tips.tasks.learn": (86_400, "learn from how notifications were answered"),
    "tips.tasks.reward_missed": (900, "reward tips that were followed at the source"),
    "agents.tasks.sweep": (900, "let the agents look at whoever is due"),
    "agents.tasks.count_days": (900, "count how people answered, by day"),
    "integrations.tasks.purge": (86_400, "forget what sources refused, and what they told"),
    "agents.tasks.purge": (86_400, "forget what was read of rows that are gone, done or over"),
    "notifier.tasks.purge": (86_400, "forget what was sent longer ago than it is kept"),
    "tips.tasks.purge": (86_400, "forget old decisions, and on which devices tips were seen"),
    "events.tasks.purge": (86_400, "forget what is older than its keeping time"),
    "accounts.tasks.depart_due": (60, "go on with deletions whose worker has died"),
    "adminconsole.tasks.count_days": (900, "count the days that pages of the console show"),
    "accounts.tasks.purge": (86_400, "forget expired sessions and old receipts"),
}


def beat_schedule() -> dict[str, dict[str, Any]]:
    return {
        task: {"task": task, "schedule": period_s, "options": {"expires": period_s}}
        for task, (period_s, _why) in JOBS.items()
    }
