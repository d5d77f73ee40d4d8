"""Pages against rows made by hand: what they say is what there is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from kombu import Connection as BrokerConnection

from accounts.models import User
from adminconsole.counting.asked import count_asked
from adminconsole.counting.calls import count_calls
from adminconsole.counting.counting import count_day, count_days
from adminconsole.counting.quality import FRESH, count_quality
from adminconsole.looking import probes
from adminconsole.looking.documents import documents
from adminconsole.looking.numbers import NOTHING
from adminconsole.models import AskedDay, CallDay, Counted, PeopleDay, QualityDay, TipDay
from agents.models import AgentOutput, Correction, ModelCall, Reading, Sweep
from integrations.models import Connection
from oo.celery import app as celery
from oo.lib import llm
from oo.lib.llm import Circuit
from tests.clock import NOON, TODAY
from tests.factories import give_tip, make_connection, make_task
from tips.deliver.learning import HEARD_OUT
from tips.models import Interruption, Tip

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LATER = NOON + HEARD_OUT + MINUTE


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def admin(bob: User, bob_client: Client) -> Client:
    bob.is_staff = bob.is_superuser = True
    bob.save()
    return bob_client


def seen(client: Client, key: str, **given: Any) -> Any:
    answer = client.get(f"/console/{key}/", given)
    assert answer.status_code == 200
    return answer.context


# ---- overview -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("ago", "is_settled"), [(0, False), (7, False), (8, True)])
def test_steps_that_take_time_are_compared_once_everybody_had_it(
    admin: Client, ago: int, is_settled: bool
) -> None:
    for day, returned in ((TODAY - DAY * ago, 1), (TODAY - DAY * (ago + 1), 5)):
        PeopleDay.objects.create(
            day=day, joined=10, connected=9, tipped=8, answered=returned, returned=returned
        )
    page = admin.get("/console/overview/", {"days": "1", "last": str(TODAY - DAY * ago)})
    changes = {str(step.title): step.before for step in page.context["steps"]}
    assert changes["first tip"] == 0.8
    assert changes["came back"] == changes["first answer"] == (0.5 if is_settled else None)
    assert ("not settled yet" in page.content.decode()) is not is_settled


# ---- delivery -----------------------------------------------------------------------------------


def asked(person: User, why: str, probability: float, *, helped: bool | None = None) -> None:
    tip = give_tip(person)
    spoken = helped is not None
    Interruption.objects.create(
        user=person, tip=tip, at=NOON, spoken=spoken, why=why, probability=probability,
        needed=0.4, features={"hour": 12.0, "free_min": None},
    )  # fmt: skip
    Tip.objects.filter(pk=tip.pk).update(
        state="answered" if helped else "expired",
        reaction="done" if helped else "",
        answered_at=NOON + 5 * MINUTE if helped else None,
    )


def test_what_was_just_sent_is_no_false_alarm(alice: User) -> None:
    asked(alice, "worth_it", 0.62, helped=True)
    asked(alice, "worth_it", 0.62, helped=False)
    asked(alice, "quiet", 0.62)

    def counted(at: datetime) -> dict[str, tuple[int, int]]:
        return {row.why: (row.count, row.helped) for row in count_asked(TODAY, at=at)}

    assert counted(NOON + 6 * MINUTE) == {"worth_it": (1, 1), "quiet": (1, 0)}
    assert counted(LATER) == {"worth_it": (2, 1), "quiet": (1, 0)}


def test_delivery_is_what_was_asked_and_what_came_of_it(admin: Client, alice: User) -> None:
    asked(alice, "worth_it", 0.62, helped=True)
    asked(alice, "worth_it", 0.64, helped=False)
    asked(alice, "quiet", 0.9)
    AskedDay.objects.bulk_create(count_asked(TODAY, at=LATER))
    assert {(row.why, row.bin, row.count, row.helped) for row in AskedDay.objects.all()} == {
        ("worth_it", 12, 2, 1),
        ("quiet", 18, 1, 0),
    }
    page = seen(admin, "delivery")
    figures = {str(figure.title): figure.text for figure in page["figures"]}
    assert figures["Spoken"] == "2"
    assert (figures["Helped"], figures["False alarms"]) == ("50 %", "50 %")
    assert figures["Expected to help"] == "63 %"
    assert [(str(reason.title), reason.count) for reason in page["reasons"]] == [("quiet hours", 1)]
    points = page["calibration"].lines[0].values
    assert [(n, value) for n, value in enumerate(points) if value is not None] == [(12, 0.5)]


def test_what_reached_nobody_is_neither_spoken_nor_silent(admin: Client) -> None:
    said = {"day": TODAY, "bin": 12, "helped": 0, "spoken": False}
    AskedDay.objects.create(why="worth_it", count=3, probability=1.86, **said)
    answer = admin.get("/console/delivery/")
    html = answer.content.decode()
    assert "3 notifications were worth it and reached nobody" in html
    assert "It was not asked" not in html
    assert answer.context["reasons"] == []
    figures = {str(figure.title): figure.text for figure in answer.context["figures"]}
    assert (figures["Spoken"], figures["Kept silent"]) == ("0", "0 %")
    AskedDay.objects.create(why="quiet", count=1, probability=0.6, **said)
    page = seen(admin, "delivery")
    assert [(reason.count, reason.share) for reason in page["reasons"]] == [(1, 1.0)]
    lines = {str(line.title): line.values[-1] for line in page["days_chart"].lines}
    assert lines == {"spoken": 0, "reached nobody": 3, "silent": 1}


def test_what_was_expected_is_drawn_as_it_was(admin: Client) -> None:
    AskedDay.objects.create(
        day=TODAY, why="worth_it", spoken=True, bin=0, count=4, probability=0.04, helped=0
    )
    drawn = seen(admin, "delivery")["calibration"]
    assert list(drawn.labels[:3]) == ["0\N{EN DASH}5 %", "5\N{EN DASH}10 %", "10\N{EN DASH}15 %"]
    assert drawn.lines[-1].values[:2] == [0.01, None]


@pytest.mark.parametrize(("probability", "bin_"), [(0.0, 0), (0.05, 1), (0.9999, 19), (1.0, 19)])
def test_every_probability_has_a_bin(alice: User, probability: float, bin_: int) -> None:
    asked(alice, "quiet", probability)
    assert [row.bin for row in count_asked(TODAY, at=LATER)] == [bin_]


# ---- models -------------------------------------------------------------------------------------


def called(person: User, outcome: str, *, ms: int = 100, at: datetime = NOON) -> None:
    ModelCall.objects.create(
        user=person, at=at, purpose="words", alias="tip-generator", model="m", prompt="v1",
        tokens_in=10, tokens_out=2, ms=ms, cost_usd=0.5, is_local=False, outcome=outcome,
    )  # fmt: skip


def test_models_are_what_was_asked_and_what_it_cost(admin: Client, alice: User) -> None:
    for outcome, ms in (("used", 100), ("used", 130), ("refused", 5_000), ("too_slow", 20_000)):
        called(alice, outcome, ms=ms)
    CallDay.objects.bulk_create(count_calls(TODAY))
    page = seen(admin, "models")
    figures = {str(figure.title): figure.text for figure in page["figures"]}
    assert (figures["Calls"], figures["Cost in USD"]) == ("4", "2.00")
    assert (figures["Fell back to rules"], figures["Stayed on this host"]) == ("50 %", "0 %")
    (alias,) = page["aliases"]
    assert (alias.usual_ms, alias.slow_ms) == (256, 32_768)
    assert [budget.used for budget in page["budgets"]] == [48, 2.0]


@pytest.mark.parametrize(
    ("circuit", "says"),
    [
        (Circuit("judge", "m", None, (), None), "asked"),
        (Circuit("judge", "m", "openai", ("OPENAI_API_KEY",), None), "not set up: OPENAI_API_KEY"),
        (
            Circuit("judge", "m", None, (), (NOON + MINUTE).timestamp()),
            "rests after failures until",
        ),
    ],
)
def test_who_is_asked_right_now_is_told(
    admin: Client, monkeypatch: pytest.MonkeyPatch, circuit: Circuit, says: str
) -> None:
    monkeypatch.setattr(llm, "circuits", lambda: [circuit])
    assert says in admin.get("/console/models/").content.decode()


def test_a_call_that_took_no_time_is_counted(alice: User) -> None:
    called(alice, "away", ms=0)
    assert [row.doublings for row in count_calls(TODAY)] == [0]


def test_a_part_of_today_is_compared_with_nothing(admin: Client) -> None:
    """At noon, half as much as on each of the days before."""
    for ago in range(14):
        day, count = TODAY - DAY * ago, 100 if ago else 50
        TipDay.objects.create(day=day, policy="p", kind="task", hour=9, cohort=TODAY, count=count)
        PeopleDay.objects.create(day=day, active=count, active_week=count)
        AskedDay.objects.create(
            day=day, why="worth_it", spoken=True, bin=9, count=count, probability=1, helped=0
        )
        CallDay.objects.create(
            day=day, alias="judge", purpose="words", outcome="used", is_local=True, doublings=3,
            count=count, tokens_in=count, tokens_out=count, cost_usd=count,
        )  # fmt: skip
    for key in ("overview", "delivery", "models"):
        for days in (1, 7):
            figures = seen(admin, key, days=days)["figures"]
            assert [str(one.title) for one in figures if one.change_text] == []
        figures = seen(admin, key, days=1, last=TODAY - DAY)["figures"]
        assert 0.0 in [one.change for one in figures]
    tips = {str(one.title): one for one in seen(admin, "overview", days=7)["figures"]}
    assert (tips["Tips shown"].text, tips["Tips shown"].change) == ("650", 0.0)


def test_what_was_not_counted_yet_is_not_none(admin: Client) -> None:
    def told() -> tuple[str, str]:
        tips = {str(one.title): one for one in seen(admin, "overview")["figures"]}["Tips shown"]
        return tips.text, str(tips.note)

    assert told() == (NOTHING, "not counted yet")
    count_days(at=NOON)
    assert told() == ("0", "")


# ---- data quality -------------------------------------------------------------------------------


def test_quality_is_the_share_of_what_should_be(admin: Client, alice: User) -> None:
    make_connection(alice, synced_at=NOON - MINUTE)
    late = make_connection(alice, account="2", synced_at=NOON - FRESH - MINUTE)
    Connection.objects.filter(pk=late.pk).update(state="reconnect")
    asked(alice, "quiet", 0.5)
    count_day(TODAY, at=NOON)
    kept = {row.measure: (row.part, row.whole) for row in QualityDay.objects.all()}
    assert kept["tokens that work"] == (1, 2)
    assert kept["sources read in time"] == (1, 1)
    assert (kept["feature hour"], kept["feature free_min"]) == ((1, 1), (0, 1))
    rows = {str(row.title): row.state for row in seen(admin, "quality")["measures"]}
    assert (rows["tokens that work"], rows["sources read in time"]) == ("bad", "good")


@pytest.mark.parametrize("state", Connection.NOT_CONNECTED)
def test_what_is_not_connected_is_no_source(alice: User, state: str) -> None:
    make_connection(alice, synced_at=NOON - MINUTE)
    make_connection(alice, account="2", state=state, synced_at=None)
    kept = {row.measure: (row.part, row.whole) for row in count_quality(TODAY, at=NOON)}
    assert kept["sources read in time"] == kept["tokens that work"] == (1, 1)


def test_what_was_known_on_the_day_alone_stays_when_it_is_counted_again(alice: User) -> None:
    make_connection(alice)
    count_day(TODAY, at=NOON)
    count_day(TODAY, at=NOON + DAY)
    assert QualityDay.objects.filter(day=TODAY, measure="tokens that work").exists()
    assert "tokens that work" not in {row.measure for row in count_quality(TODAY, at=NOON + DAY)}


def test_of_what_is_gone_when_it_is_counted_again_no_measure_stays(alice: User) -> None:
    connection = make_connection(alice)
    asked(alice, "quiet", 0.5)
    count_day(TODAY, at=NOON)
    assert QualityDay.objects.filter(measure="feature hour").exists()
    Interruption.objects.all().delete()
    connection.delete()
    count_day(TODAY, at=NOON)
    left = set(QualityDay.objects.values_list("measure", flat=True))
    assert not left & {"feature hour", "tokens that work"}


# ---- health -------------------------------------------------------------------------------------


def parts() -> dict[str, probes.Part]:
    return {part.name: part for part in probes.look(at=NOON)}


def test_a_part_that_raises_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_at: datetime) -> Any:
        raise OSError("the secret address")

    monkeypatch.setitem(probes.PROBES, "cache", broken)
    found = parts()
    assert (found["cache"].state, found["cache"].says) == ("bad", "no answer (OSError)")
    assert found["Database"].state == "good"


class Broker:
    """In the place of a channel to Redis: the next message of each queue, at its right end."""

    def __init__(self, next_: bytes | None) -> None:
        self.client, self._next = self, next_

    def lindex(self, _queue: str, index: int) -> bytes | None:
        assert index == -1
        return self._next


@pytest.mark.parametrize(
    ("ago_s", "age_s"), [(75, 75.0), (0, 0.0), (-5, 0.0)], ids=["waits", "new", "clocks differ"]
)
def test_the_oldest_message_says_how_long_a_queue_is(ago_s: int, age_s: float) -> None:
    message = {"headers": {"oo_queued_at": NOON.timestamp() - ago_s}, "body": ""}
    assert probes.oldest_s(Broker(json.dumps(message).encode()), "sync", NOON) == age_s


@pytest.mark.parametrize("channel", [Broker(None), Broker(b'{"headers": {}}'), object()])
def test_without_a_message_nothing_waits(channel: Any) -> None:
    assert probes.oldest_s(channel, "sync", NOON) == 0.0


def test_where_workers_cannot_be_called_their_last_sweep_or_sync_tells(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "can_call_all", lambda: False)
    connection = make_connection(alice)
    Connection.objects.update(synced_at=None)
    assert parts()["Workers"].state == "none"
    Connection.objects.update(synced_at=NOON - 2 * MINUTE)
    assert parts()["Workers"].says == "last seen 2 minutes ago"
    connection.delete()
    sweep = Sweep.objects.create(began_at=NOON - 14 * MINUTE, updated_at=NOON)
    assert parts()["Workers"] == probes.Part(
        "Workers", probes.State.GOOD, "last seen 14 minutes ago", "workers"
    )
    Sweep.objects.filter(pk=sweep.pk).update(began_at=NOON - 40 * MINUTE)
    assert parts()["Workers"].state == "bad"


def test_whether_workers_can_be_called_is_the_brokers_to_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert probes.can_call_all()  # in memory, as tests have it
    files = BrokerConnection("file://localhost", transport="oo.lib.file_broker:Transport")
    monkeypatch.setattr(celery, "connection_for_read", lambda: files)
    assert not probes.can_call_all()


def test_beat_that_counts_no_more_is_late() -> None:
    assert parts()["Beat"].state == "none"
    Counted.objects.create(day=TODAY, at=NOON - 5 * MINUTE)
    assert parts()["Beat"].state == "good"
    Counted.objects.update(at=NOON - 25 * MINUTE)
    assert parts()["Beat"].state == "bad"


@pytest.mark.parametrize(("away", "state"), [(0, "good"), (2, "warn"), (6, "bad")])
def test_a_model_that_does_not_answer_is_told(alice: User, away: int, state: str) -> None:
    for number in range(10):
        called(alice, "away" if number < away else "used", at=NOON - MINUTE)
    assert parts()["tip-generator"].state == state


def test_a_source_that_is_overdue_is_told(alice: User) -> None:
    make_connection(alice, source="todoist", next_sync_at=NOON - 11 * MINUTE)
    assert parts()["Todoist"].says == "1 connected, 0 with errors, 1 overdue"
    assert parts()["Todoist"].state == "bad"


def test_every_part_has_a_runbook() -> None:
    assert {f"runbooks/{name}" for name in probes.PROBES} <= documents().keys()


def test_the_parts_are_fetched_beside_the_page(admin: Client) -> None:
    assert "/console/health/parts/" in admin.get("/console/health/").content.decode()
    fragment = admin.get("/console/health/parts/")
    assert fragment.status_code == 200
    assert "<html" not in fragment.content.decode()
    assert "no-store" in fragment["Cache-Control"]


# ---- one person ---------------------------------------------------------------------------------


def test_an_agent_is_previewed_and_writes_nothing(admin: Client, alice: User) -> None:
    give_tip(alice)
    before = list(AgentOutput.objects.values())
    page = admin.get("/console/agents/", {"person": alice.email})
    assert page.context["previews"]
    assert {each.becomes for each in page.context["previews"]} <= {
        "same", "new", "changed", "gone", "nothing", "may_not",
    }  # fmt: skip
    assert list(AgentOutput.objects.values()) == before
    assert "Pay the rent" not in page.content.decode()


def test_what_was_known_is_shown_side_by_side(admin: Client, alice: User) -> None:
    asked(alice, "quiet", 0.5)
    make_connection(alice, account="9", synced_at=NOON - FRESH - MINUTE)
    page = seen(admin, "features", person=str(alice.pk))
    assert {feature.name: feature.values for feature in page["features"]} == {
        "hour": [12.0],
        "free_min": [None],
    }
    assert False in [each.is_fresh for each in page["fresh"]]


def test_a_task_is_read_again_beside_what_is_kept(admin: Client, alice: User) -> None:
    task = make_task(alice, "Call the office, open 9-12", words_digest="w" * 32)
    Reading.objects.create(
        user=alice, kind="task", words="w" * 32, reader="words", version=1, read_at=NOON,
        traits={"waits": {"value": "Anna", "quote": "office"}},
    )  # fmt: skip
    page = admin.get("/console/understanding/", {"task": task.pk})
    sides = {side.trait: side for side in page.context["sides"]}
    assert sides["waits"].before
    assert sides["waits"].now is None
    assert not sides["waits"].is_same
    for words in ("office", "Anna"):
        assert words not in page.content.decode()
    assert not Reading.objects.exclude(version=1).exists()


def test_corrections_are_counted_by_language(admin: Client, alice: User) -> None:
    Reading.objects.create(
        user=alice, kind="task", words="w" * 32, reader="words", version=1, read_at=NOON,
        traits={"waits": {"value": "Anna"}, "effort": {"value": "PT5M"}},
    )  # fmt: skip
    Correction.objects.create(user=alice, kind="task", words="w" * 32, trait="waits", made_at=NOON)
    rows = {row.trait: row for row in seen(admin, "understanding")["rows"]}
    assert (rows["waits"].denied, rows["waits"].corrected) == (1, 1.0)
    assert (rows["effort"].denied, rows["effort"].locale) == (0, alice.profile.locale)


@pytest.mark.parametrize("key", ["agents", "features", "understanding", "tips"])
@pytest.mark.parametrize("person", ["nobody@example.org", "\x00", "x" * 3_000, "'"])
def test_nobody_is_somebody(admin: Client, key: str, person: str) -> None:
    assert admin.get(f"/console/{key}/", {"person": person}).status_code == 200


@pytest.mark.parametrize("address", ["tips/?tip=x", "understanding/?task=x", "docs/?document=../x"])
def test_what_there_is_not_is_not_found(admin: Client, address: str) -> None:
    assert admin.get(f"/console/{address}").status_code == 404


def test_a_tip_says_what_else_was_considered_without_words(admin: Client, alice: User) -> None:
    make_task(alice, "Water the plants")
    tip = give_tip(alice)
    page = admin.get("/console/tips/", {"tip": str(tip.pk)})
    keys = [each["key"] for each in page.context["candidates"]]
    assert tip.candidate in keys
    assert len(keys) == 2
    assert {said.policy for said in page.context["policies_say"]} >= {"good_sense"}
    for words in (tip.content, "Water the plants"):
        assert words not in page.content.decode()


# ---- documents ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(documents()))
def test_every_document_is_a_page_whose_links_lead_somewhere(admin: Client, name: str) -> None:
    page = admin.get("/console/docs/", {"document": name})
    assert page.status_code == 200
    html = str(page.context["html"])
    assert "<h1>" in html
    assert "<script" not in html
