"""Staff switches agents and the policy for everybody, and takes it back from the audit log."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from adminconsole.models import AuditEntry
from agents.models import AgentSwitch
from tests.clock import NOON
from tips.make.in_force import load_in_force, switch_policy
from tips.models import PolicySwitch

AGENTS, REWARDS, AUDIT = "/console/agents/", "/console/rewards/", "/console/audit/"
OVERDUE = "overdue-task"
UNDO = re.compile(
    r'<form method="post" action="(?P<to>/console/[a-z]+/do/[a-z_]+/)">.*?'
    r'name="target" value="(?P<target>[^"]*)".*?name="why" value="(?P<why>[^"]*)"',
    re.DOTALL,
)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _by_the_settings(settings: Any) -> None:
    settings.OO_POLICY = "good_sense"


def do(client: Client, page: str, action: str, target: str, why: str = "It tells lies") -> str:
    sent = {"target": target, "why": why, "next": page}
    return client.post(f"{page}do/{action}/", sent, follow=True).content.decode()


def undo_newest(client: Client) -> str:
    """As the button in the newest row of the audit log does."""
    form = UNDO.search(client.get(AUDIT).content.decode())
    assert form
    sent = {"target": form["target"].replace("&gt;", ">"), "why": form["why"], "next": AUDIT}
    return client.post(form["to"], sent, follow=True).content.decode()


def decides() -> str:
    return load_in_force().policy.manifest.key


def test_an_agent_is_switched_off_and_on(ops_client: Client) -> None:
    told = do(ops_client, AGENTS, "disable_agent", OVERDUE)
    assert "What is overdue looks at nobody any more." in told
    assert "switched off since" in told
    assert AgentSwitch.objects.off() == {OVERDUE}
    told = do(ops_client, AGENTS, "enable_agent", OVERDUE)
    assert "What is overdue looks at people again." in told
    assert "switched off since" not in told
    assert AgentSwitch.objects.off() == frozenset()
    rows = AuditEntry.objects.order_by("pk").values_list("action", "target", "why")
    assert list(rows) == [
        ("disable_agent", OVERDUE, "It tells lies"),
        ("enable_agent", OVERDUE, "It tells lies"),
    ]


def test_each_agent_has_the_button_that_does_something(ops_client: Client) -> None:
    AgentSwitch.objects.switch_off(OVERDUE, at=NOON)
    rows = ops_client.get(AGENTS).content.decode().split("<tr>")
    (off,) = [row for row in rows if f'value="{OVERDUE}"' in row]
    assert "do/enable_agent/" in off
    assert "do/disable_agent/" not in off
    (on,) = [row for row in rows if 'value="next-gap"' in row]
    assert "do/disable_agent/" in on
    assert "do/enable_agent/" not in on


@pytest.mark.parametrize(
    ("action", "target", "why"),
    [
        ("enable_agent", OVERDUE, "switched on already"),
        ("disable_agent", "next-gap", "switched off already"),
        ("disable_agent", "no-such-agent", "no agent of that key"),
        ("disable_agent", "", "no agent of that key"),
        ("disable_agent", "\x00", "no agent of that key"),
        ("enable_agent", "' or 1=1 --", "no agent of that key"),
    ],
)
def test_what_changes_nothing_is_refused(
    ops_client: Client, action: str, target: str, why: str
) -> None:
    AgentSwitch.objects.switch_off("next-gap", at=NOON)
    assert why in do(ops_client, AGENTS, action, target)
    assert AgentSwitch.objects.off() == {"next-gap"}
    assert not AuditEntry.objects.exists()


def test_the_audit_log_takes_back_both_ways_of_an_agents_switch(ops_client: Client) -> None:
    do(ops_client, AGENTS, "disable_agent", OVERDUE)
    undo_newest(ops_client)
    assert AgentSwitch.objects.off() == frozenset()
    undo_newest(ops_client)
    assert AgentSwitch.objects.off() == {OVERDUE}


def test_the_policy_is_switched(ops_client: Client) -> None:
    page = ops_client.get(REWARDS).content.decode()
    assert "decides, by OO_POLICY in the settings" in page
    assert page.count("do/switch_policy/") == 2  # to the others
    assert 'value="good_sense&gt;deadline_first"' in page
    told = do(ops_client, REWARDS, "switch_policy", "good_sense>deadline_first")
    assert "Deadline first decides from now on." in told
    assert "decides since" in told
    assert 'value="deadline_first&gt;good_sense"' in told
    assert decides() == "deadline_first"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("good_sense>no_such_policy", "no policy of that key"),
        ("no_such_policy>good_sense", "no policy of that key"),
        ("good_sense", "no policy of that key"),
        ("", "no policy of that key"),
        ("good_sense>good_sense", "decides already"),
        ("good_sense>deadline_first>random_task", "no policy of that key"),
        ("deadline_first>random_task", "does not decide any more"),
        ("\x00>\x00", "no policy of that key"),
    ],
)
def test_another_policy_than_there_is_is_refused(ops_client: Client, target: str, why: str) -> None:
    assert why in do(ops_client, REWARDS, "switch_policy", target)
    assert not PolicySwitch.objects.exists()
    assert not AuditEntry.objects.exists()


def test_the_audit_log_brings_the_policy_back_that_was(ops_client: Client) -> None:
    do(ops_client, REWARDS, "switch_policy", "good_sense>deadline_first")
    do(ops_client, REWARDS, "switch_policy", "deadline_first>random_task")
    undo_newest(ops_client)
    assert decides() == "deadline_first"
    assert AuditEntry.objects.latest("pk").target == "random_task>deadline_first"
    undo_newest(ops_client)
    assert decides() == "random_task", "the undoing can be undone"


def test_what_is_undone_is_not_undone_again(ops_client: Client) -> None:
    def offered() -> int:
        return len(UNDO.findall(ops_client.get(AUDIT).content.decode()))

    do(ops_client, AGENTS, "disable_agent", OVERDUE)
    do(ops_client, AGENTS, "disable_agent", "next-gap")
    do(ops_client, REWARDS, "switch_policy", "good_sense>deadline_first")
    assert offered() == 3
    undo_newest(ops_client)
    assert offered() == 3, "the undoing can be undone, and what it undid cannot"
    do(ops_client, AGENTS, "enable_agent", OVERDUE)
    assert offered() == 3
    do(ops_client, AGENTS, "disable_agent", OVERDUE)
    assert offered() == 3


def test_what_was_overtaken_is_not_undone(ops_client: Client) -> None:
    do(ops_client, REWARDS, "switch_policy", "good_sense>deadline_first")
    switch_policy("deadline_first", "random_task", at=NOON)
    assert "does not decide any more" in undo_newest(ops_client)
    assert decides() == "random_task"
    assert AuditEntry.objects.count() == 1


def test_whoever_only_looks_switches_nothing(bob: User, bob_client: Client) -> None:
    bob.is_staff = True
    bob.save()
    bob.groups.set([Group.objects.get(name="viewer")])
    for page, action, target in (
        (AGENTS, "disable_agent", OVERDUE),
        (AGENTS, "enable_agent", OVERDUE),
        (REWARDS, "switch_policy", "good_sense>deadline_first"),
    ):
        assert f"do/{action}/" not in bob_client.get(page).content.decode()
        sent = {"target": target, "why": "Because"}
        assert bob_client.post(f"{page}do/{action}/", sent).status_code == 403
    assert not AgentSwitch.objects.exists()
    assert not PolicySwitch.objects.exists()
