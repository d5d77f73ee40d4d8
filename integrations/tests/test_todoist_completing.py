"""Closing, identity and giving back, at the stand-in over real HTTP on loopback."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

import pytest

from integrations.access.backoff import trouble_of
from integrations.base import Account, Trouble
from integrations.gone import TaskGone
from integrations.sources.todoist import Todoist
from integrations.sources.todoist.refusals import refusal_of
from integrations.tests.todoist import (
    KEY,
    OTHER_KEY,
    SYNC,
    Reader,
    link,
)
from oo.lib.http import ApiError, RateLimited, Unauthorized, Unexpected, Unreachable
from oo.lib.tests.loopback import serving
from tests.stand_ins.todoist import FaultKind, TodoistStandIn

# ---- closing --------------------------------------------------------------------------------


def test_a_task_is_closed_once_however_often_it_is_asked(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    habit = todoist.alice.add_task("Water the plants", due=date(2026, 3, 2), recurring="every day")
    for key in (KEY, KEY, OTHER_KEY):
        Todoist().complete(reader.link, habit, key=key)
    assert todoist.alice.task(habit)["due"]["date"] == "2026-03-04"
    assert len(todoist.alice.completions) == 2


def test_a_plain_task_is_completed_and_the_next_delta_says_so(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    task = todoist.alice.add_task("Pay the rent")
    reader.pull()
    Todoist().complete(reader.link, task, key=KEY)
    (said,) = reader.pull().tasks
    assert (said.external_id, said.completed_at) == (task, todoist.clock.now())


def test_a_recurring_task_comes_back_with_its_next_date(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    habit = todoist.alice.add_task("Plan the week", due=date(2026, 3, 2), recurring="every monday")
    reader.pull()
    Todoist().complete(reader.link, habit, key=KEY)
    (said,) = reader.pull().tasks
    assert (said.due_on, said.completed_at) == (date(2026, 3, 9), None)
    assert said.recurrence == "every monday"


def test_a_task_that_is_no_longer_there_is_gone(todoist: TodoistStandIn, reader: Reader) -> None:
    task = todoist.alice.add_task("Pay the rent")
    todoist.alice.delete(task)
    with pytest.raises(TaskGone):
        Todoist().complete(reader.link, task, key=KEY)


def test_an_api_that_is_not_there_has_closed_nothing(
    todoist: TodoistStandIn, reader: Reader, settings: Any
) -> None:
    task = todoist.alice.add_task("Pay the rent")
    settings.TODOIST_API_URL = f"{todoist.url}/api/v0/"
    with pytest.raises(Unreachable) as raised:
        Todoist().complete(reader.link, task, key=KEY)
    # The status is told of what is the person's: this is not theirs.
    assert trouble_of(raised.value) == Trouble.UNREACHABLE


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("body", [b"<html>", b'{"error_tag": "NOT_FOUND"}'])
def test_no_answer_of_a_proxy_closes_a_task(
    todoist: TodoistStandIn, reader: Reader, settings: Any, status: int, body: bytes
) -> None:
    with serving(lambda handler: handler.reply(status, body)) as proxy:
        settings.TODOIST_API_URL = proxy.url
        with pytest.raises(Unreachable):
            Todoist().complete(reader.link, "1", key=KEY)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html>Access denied</html>", Unreachable),
        (b'{"error": "Forbidden", "error_tag": "FORBIDDEN"}', Unreachable),
        (b'{"error_tag": 5}', Unreachable),
        (b'{"error_tag": "AUTH_INSUFFICIENT_TOKEN_SCOPE"}', Unauthorized),
    ],
)
def test_a_403_is_about_the_person_only_where_todoist_says_so(
    todoist: TodoistStandIn, reader: Reader, settings: Any, body: bytes, error: type[ApiError]
) -> None:
    with serving(lambda handler: handler.reply(403, body)) as proxy:
        settings.TODOIST_API_URL = proxy.url
        for ask in (reader.pull, lambda: Todoist().complete(reader.link, "1", key=KEY)):
            with pytest.raises(error) as raised:
                ask()
            assert type(raised.value) is error


def test_a_closing_whose_answer_is_lost_can_be_asked_again(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    habit = todoist.alice.add_task("Water the plants", due=date(2026, 3, 2), recurring="every day")
    todoist.faults.add(FaultKind.CUT, SYNC)
    with pytest.raises(Unreachable):
        Todoist().complete(reader.link, habit, key=KEY)
    Todoist().complete(reader.link, habit, key=KEY)
    assert todoist.alice.task(habit)["due"]["date"] == "2026-03-03"


def test_a_token_that_may_only_read_asks_for_another(todoist: TodoistStandIn) -> None:
    task = todoist.alice.add_task("Pay the rent")
    reading = todoist.grant(todoist.alice, "data:read")
    with pytest.raises(Unauthorized):
        Todoist().complete(link(todoist, reading), task, key=KEY)


@pytest.mark.parametrize(
    ("outcome", "error", "status"),
    [
        ({"error_tag": "ITEM_NOT_FOUND", "error_code": 22}, TaskGone, 404),
        ({"error_tag": "DELETED", "http_code": 410}, TaskGone, 410),
        ({"error_tag": "ACCESS_DENIED", "http_code": 403}, Unexpected, 403),
        ({"error_tag": "UNAUTHORIZED", "http_code": 401}, Unauthorized, 401),
        ({"error_tag": "LIMITS_REACHED", "http_code": 429}, RateLimited, 429),
        ({"error_tag": "INTERNAL", "http_code": 503}, Unreachable, 503),
        ({"error_tag": "ODD", "http_code": "?"}, Unexpected, 400),
        (None, Unexpected, None),
        ([], Unexpected, None),
    ],
)
def test_each_refusal_of_a_command_has_its_error(
    outcome: object, error: type[ApiError], status: int | None
) -> None:
    refused = refusal_of(outcome)
    assert (type(refused), refused.status) == (error, status)


# ---- whose, and giving it back --------------------------------------------------------------


@pytest.mark.parametrize("kind", ["personal", "oauth"])
def test_credentials_say_whose_they_are(todoist: TodoistStandIn, kind: str) -> None:
    bob = todoist.add_account("bob@example.org")
    given = {"token": f" {bob.personal_token}\n"} if kind == "personal" else todoist.grant(bob)
    assert Todoist().identify(given, "") == Account(bob.id, "bob@example.org")


def test_a_wrong_token_is_unauthorized(todoist: TodoistStandIn) -> None:
    with pytest.raises(Unauthorized):
        Todoist().identify({"token": "f" * 40}, "")


def test_revoked_access_is_dead_with_everything_that_came_with_it(
    todoist: TodoistStandIn,
) -> None:
    tokens = todoist.grant(todoist.alice)
    assert Todoist().revoke(tokens)
    with pytest.raises(Unauthorized):
        Todoist().identify(tokens, "")
    assert [r.form["token"] for r in todoist.requests_to("/api/v1/revoke")] == [
        tokens["refresh_token"],
        tokens["access_token"],
    ]


@pytest.mark.parametrize("times", [1, 2])
def test_what_becomes_of_one_token_does_not_keep_the_other(
    todoist: TodoistStandIn, times: int
) -> None:
    tokens = todoist.grant(todoist.alice)
    todoist.faults.add(FaultKind.SERVER_ERROR, "/api/v1/revoke", times=times)
    with pytest.raises(Unreachable):
        Todoist().revoke(tokens)
    assert len(todoist.requests_to("/api/v1/revoke")) == 2
    assert Todoist().revoke(tokens)


def test_of_two_failures_the_one_that_may_pass_is_told(todoist: TodoistStandIn) -> None:
    todoist.faults.add(FaultKind.UNAUTHORIZED, "/api/v1/revoke")
    todoist.faults.add(FaultKind.SERVER_ERROR, "/api/v1/revoke")
    with pytest.raises(Unreachable):
        Todoist().revoke(todoist.grant(todoist.alice))


def test_a_personal_token_is_not_ours_to_give_back(todoist: TodoistStandIn) -> None:
    token = {"token": todoist.alice.personal_token}
    assert not Todoist().revoke(token)
    assert Todoist().identify(token, "").account == todoist.alice.id


def test_a_service_that_will_not_revoke_says_so(todoist: TodoistStandIn, settings: Any) -> None:
    settings.TODOIST_CLIENT_SECRET = "wrong"
    with pytest.raises(Unauthorized):
        Todoist().revoke(todoist.grant(todoist.alice))


def test_no_error_tells_a_token(todoist: TodoistStandIn) -> None:
    with pytest.raises(Unauthorized) as raised:
        Todoist().identify({"token": "secret-token-0123"}, "")
    assert "secret-token" not in repr(raised.value) + str(raised.value)


def test_moments_are_in_utc(todoist: TodoistStandIn, reader: Reader) -> None:
    todoist.alice.add_task("A")
    (task,) = reader.pull().tasks
    assert task.added_at == todoist.clock.now()
    assert task.added_at.tzinfo is UTC
