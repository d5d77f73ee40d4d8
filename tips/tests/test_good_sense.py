"""What a thoughtful friend would say, and when they would say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.base import Answer, EventView, Situation, TaskView, UserView
from agents.tests.people import meeting, task, view
from agents.timing.needs import SURE
from agents.traits import (
    Blocked,
    Door,
    Energy,
    EventKind,
    Hours,
    LastMoment,
    Noise,
    Place,
    Prepares,
    Span,
    Stakes,
    Trait,
    Traits,
)
from tests.clock import BERLIN, NOON, TODAY
from tips.base import Scored
from tips.decide.candidates import build_candidates
from tips.make import words
from tips.policies.good_sense import GoodSense
from tips.policies.good_sense.score import score_all
from tips.tests.deciding import SILENT_AT_NIGHT, at, decide, of_kind, said, with_answers

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFICE = Traits(hours=Trait(Hours(Door.OFFICE), "council"))
DEEP = Traits(energy=Trait(Energy.DEEP, "thesis"))


@pytest.fixture(autouse=True, scope="module")
def _berlin() -> Iterator[None]:
    with timezone.override(BERLIN), translation.override("en"):
        yield


def scored(of: UserView) -> Scored:
    return next(iter(score_all(build_candidates(of, frozenset()), of)))


def test_an_office_that_closes_comes_before_what_can_be_done_tonight() -> None:
    form = task(1, "Form", due_in=1, traits=OFFICE)
    invoices = task(2, "Invoices", due_in=0, priority=2)
    conference = meeting(9, starts_in_min=1230, lasts_min=540)  # the next day, from half past eight
    assert said(view(form, invoices, conference, now=at(16))) == "Form"


def test_what_is_shut_for_days_from_now_on_is_said_where_its_words_have_the_hours() -> None:
    """At eleven on a Tuesday, and not again before Thursday."""
    spans = (Span(frozenset({1}), time(9), time(12)), Span(frozenset({3}), time(9), time(17)))
    written = Traits(hours=Trait(Hours(Door.SHOP, spans), "tue 9-12, thu 9-5"))
    boots = task(1, "Boots from the cobbler", traits=written)
    assert said(view(boots, now=at(11))) == "Boots from the cobbler"
    assert said(view(boots, now=at(9, 5))) == "nothing_urgent"
    usual = Traits(hours=Trait(Hours(Door.SHOP), "cobbler"))
    assert (
        said(view(task(1, "Boots from the cobbler", traits=usual), now=at(17))) == "nothing_urgent"
    )


def test_a_closed_office_is_not_said_however_late_it_is() -> None:
    rent = task(1, "Ring the council", due_in=-3, priority=4, traits=OFFICE)
    evening = view(rent, now=at(20))
    assert said(evening) == "nothing_possible"
    assert decide(evening).until == at(21, 30)  # the bar rises before the office opens


def test_when_the_office_opens_it_is_looked_at_again() -> None:
    rent = task(1, "Ring the council", due_in=-3, traits=OFFICE)
    assert decide(view(rent, now=at(7))).until == at(9)


@pytest.mark.parametrize(
    "blocked", [Blocked(by="Anil"), Blocked(until=TODAY + DAY), Blocked(task_id=2)]
)
def test_what_waits_for_something_else_waits(blocked: Blocked) -> None:
    quote = task(1, "Quote", due_in=0, priority=4, traits=Traits(blocked=Trait(blocked, "wait")))
    assert said(view(quote, task(2, "Prices", due_in=0))) == "Prices"


def test_what_was_blocked_until_today_is_free() -> None:
    free = Traits(blocked=Trait(Blocked(until=TODAY), "opens 5 May"))
    assert said(view(task(1, "Apply", due_in=0, traits=free))) == "Apply"


def test_deep_work_is_not_begun_late_but_the_bin_goes_out() -> None:
    thesis = task(1, "Thesis", due_in=1, priority=4, duration=2 * HOUR, traits=DEEP)
    last = Traits(last_moment=Trait(LastMoment(at=time(6)), "lifted from 6"))
    bins = task(2, "Bins", due_in=1, duration=5 * MINUTE, traits=last)
    assert said(view(thesis, bins, now=at(22, 45))) == "Bins"


def test_what_prepares_something_near_comes_before_what_is_merely_due() -> None:
    pack = task(1, "Passport", traits=Traits(prepares=Trait(Prepares("Flight"), "Flight")))
    flight = meeting(9, starts_in_min=1080, title="Flight to Porto")  # at six in the morning
    assert said(view(pack, task(2, "Tidy", due_in=0), flight, now=at(20))) == "Passport"


def test_what_may_be_for_something_near_is_said_before_it_and_how_oo_comes_to_think_so() -> None:
    tip = task(1, "To the tip with the trailer")
    back = meeting(9, starts_in_min=300, title="Trailer back to Paul")
    seen = view(tip, task(2, "New lamp"), back)
    assert said(seen) == "To the tip with the trailer"
    facts = decide(seen).ranking[0].candidate.facts
    assert (
        words.reason("related", facts, GoodSense.manifest) == "It may be for “Trailer back to Paul”"
    )
    assert said(view(tip, back, task(3, "Bill", due_in=0))) == "Bill"  # a day that was said


def meant(what: str, *, lead: timedelta = timedelta()) -> Traits:
    """As read where words may only say whose it is."""
    return Traits(prepares=Trait(Prepares(what, lead=lead), what, 0.3))


def test_what_takes_a_day_before_a_dinner_is_begun_a_day_before() -> None:
    lamb = task(1, "Take the lamb out", traits=meant("dinner", lead=29 * HOUR))
    dinner = meeting(9, starts_in_min=32 * 60, title="Dinner, eleven of us")
    tidy = task(2, "Tidy", due_in=0)
    assert said(view(lamb, tidy, dinner)) == "Take the lamb out"
    assert said(view(lamb, tidy, meeting(9, starts_in_min=9_000, title="Dinner"))) == "Tidy"


def test_what_only_says_how_long_it_needs_is_for_what_names_it_however_late_it_is() -> None:
    needs_a_day = Traits(prepares=Trait(Prepares(lead=24 * HOUR), "24 h", 0.3))
    lamb = task(1, "Take the gigot out", traits=needs_a_day)
    lunch = meeting(9, starts_in_min=14 * 60, title="Lunch: gigot for nine")
    tidy = task(2, "Tidy", due_in=0, priority=2)
    late = at(22, 20)
    assert said(view(lamb, tidy, lunch, now=late)) == "Take the gigot out"
    other = meeting(9, starts_in_min=14 * 60, title="Lunch")
    assert said(view(lamb, tidy, other, now=late)) == "Tidy"


@pytest.mark.parametrize("title", ["Mass with Dad", "Anna, Dad and the baby"])
def test_whose_it_is_is_no_occasion(title: str) -> None:
    seen = view(task(1, "A quote", traits=meant("Dad")), meeting(9, starts_in_min=60, title=title))
    assert decide(seen).ranking[0].candidate.facts.prepares == ""


def test_what_one_packs_is_for_the_next_journey() -> None:
    pack = task(1, "Suitcase", traits=Traits(
        prepares=Trait(Prepares("Suitcase", kind=EventKind.TRAVEL), "Suitcase", 0.5)))  # fmt: skip
    flight = of_kind(EventKind.TRAVEL, starts_in_min=600, title="TP 1334")
    assert said(view(pack, task(2, "Tidy", due_in=0), flight)) == "Suitcase"


def spoken_of(moment: LastMoment) -> Traits:
    return Traits(last_moment=Trait(moment, "tonight", 0.5))


def test_a_day_that_words_speak_of_is_as_good_as_one_that_it_is_put_down_for() -> None:
    notes = task(1, "Notes to Priya", traits=spoken_of(LastMoment(TODAY)))
    seen = view(notes, task(2, "Shelf", due_in=-30))
    assert said(seen) == "Notes to Priya"
    assert decide(seen).ranking[0].reasons[0] == "near"


def test_a_time_that_words_speak_of_comes_before_the_end_of_the_day() -> None:
    code = task(1, "Send the code", due_in=0, traits=spoken_of(LastMoment(at=time(13))))
    assert said(view(code, task(2, "Jam", due_in=0, priority=2))) == "Send the code"


def test_a_moment_that_was_only_spoken_of_is_never_too_late() -> None:
    ring = task(1, "Ring Tom", due_in=-1, traits=spoken_of(LastMoment(TODAY - DAY, time(9))))
    (scored,) = decide(view(ring)).ranking
    assert not scored.is_gated


def test_a_time_without_a_day_is_of_the_day_on_which_it_was_written() -> None:
    boat = Traits(last_moment=Trait(LastMoment(at=time(15)), "by 3", 0.9))
    fresh = task(1, "Move the boat", traits=boat, added_at=NOON - 3 * HOUR)
    old = task(2, "Move the other boat", traits=boat, added_at=NOON - 9 * DAY)
    ranking = decide(view(fresh, old)).ranking
    assert ranking[0].candidate.content == "Move the boat"
    assert ranking[0].score > ranking[1].score + 40


def test_what_is_of_no_use_any_more_is_not_said() -> None:
    over = Traits(obsolete_after=Trait(TODAY - DAY, "only on 4 May"))
    assert said(view(task(1, "Fair", due_in=-1, priority=4, traits=over))) == "nothing_possible"
    today = Traits(obsolete_after=Trait(TODAY, "only on 5 May"))
    assert said(view(task(1, "Fair", traits=today), now=at(18))) == "Fair"


def test_what_can_only_be_done_at_home_waits_while_one_is_away() -> None:
    bins = task(1, "Bins", due_in=0, traits=Traits(place=Trait(Place.HOME, "bins")))
    assert said(view(bins)) == "Bins"
    away = replace(view(bins), situation=Situation("away", "Away"))
    assert said(away) == "nothing_possible"
    assert said(replace(view(bins), situation=Situation("work", "Work"))) == "Bins"


def test_what_cannot_be_done_again_before_it_is_due_is_due_today() -> None:
    """The shop is shut on Sunday and Monday, and the suit is for Monday."""
    tuesday_to_saturday = Hours(Door.SHOP, (Span(frozenset(range(1, 6)), time(10), time(17)),))
    open_then = Traits(hours=Trait(tuesday_to_saturday, "Tue-Sat 10-5"))
    suit = task(1, "Suit", due_in=6, traits=open_then)
    late = task(2, "Window cleaner", due_in=3)
    saturday = datetime.combine(TODAY + 4 * DAY, time(12), BERLIN)
    assert said(view(suit, late, now=saturday)) == "Suit"
    assert said(view(suit, late, now=saturday - DAY)) == "Window cleaner"


def test_a_last_chance_for_days_counts_more_than_one_for_tonight() -> None:
    shop = Trait(Hours(Door.SHOP), "shop")
    tablets = task(1, "Tablets", priority=2,
                   traits=Traits(hours=shop, stakes=Trait(Stakes.HEALTH, "tablets")))  # fmt: skip
    saturday, friday = (decide(view(tablets, now=at(17) + n * DAY)).ranking[0] for n in (4, 3))
    assert saturday.reasons[0] == friday.reasons[1] == "closing"
    assert saturday.score > friday.score


def test_who_is_held_up_right_now_goes_before_what_ends_today() -> None:
    code = Traits(waits=Trait("Priya", "Priya can't go in", 0.8))
    invoice = task(2, "Invoice", due_in=0, due_at=at(20), priority=4)
    fresh = task(1, "Text the code", traits=code, added_at=NOON - 5 * MINUTE)
    assert said(view(fresh, invoice)) == "Text the code"
    assert said(view(replace(fresh, added_at=NOON - 2 * HOUR), invoice)) == "Invoice"
    wanted = replace(fresh, traits=Traits(waits=Trait("Mum", "Mum wants", 0.6)))
    assert said(view(wanted, invoice)) == "Invoice"


def test_what_is_due_when_it_opens_is_said_a_little_before() -> None:
    spans = (Span(frozenset(range(7)), time(9), time(18)),)
    opens = Traits(hours=Trait(Hours(Door.SHOP, spans), "opens 9:00"))
    camp = task(1, "Register for camp", due_in=0, due_at=at(9), traits=opens)
    assert said(view(camp, now=at(8, 54))) == "Register for camp"
    assert said(view(camp, now=at(8, 40))) in SILENT_AT_NIGHT
    shop = replace(camp, due_at=None)
    assert said(view(shop, now=at(8, 54))) in SILENT_AT_NIGHT


def test_a_matter_of_health_that_was_just_written_down_goes_first() -> None:
    fever = Traits(stakes=Trait(Stakes.HEALTH, "fever"))
    order, late = task(2, "Order", due_in=0), 10 * DAY
    fresh = task(1, "Fever: fetch Alfie", traits=fever, added_at=NOON - 8 * MINUTE)
    assert said(view(fresh, order)) == "Fever: fetch Alfie"
    assert said(view(fresh, task(3, "Call Mum back", due_on=TODAY))) == "Fever: fetch Alfie"
    assert said(view(replace(fresh, added_at=NOON - late), order)) == "Order"


def test_gas_goes_before_what_has_to_be_begun_at_once() -> None:
    smell = Traits(stakes=Trait(Stakes.HEALTH, "smell of gas", 0.9))
    coat = task(2, "Coat", due_in=0, due_at=NOON + 20 * MINUTE, priority=4)
    gas = task(1, "Smell of gas: call", traits=smell, added_at=NOON - 8 * MINUTE)
    assert said(view(gas, coat)) == "Smell of gas: call"
    pills = replace(gas, traits=Traits(stakes=Trait(Stakes.HEALTH, "pills", 0.7)))
    assert said(view(pills, coat)) == "Coat"


@pytest.mark.parametrize("noise", [Noise.ORDER, Noise.DEBRIS, Noise.SHOUT, Noise.ADVERT])
def test_what_nobody_wrote_for_the_person_does_not_win_by_being_urgent(noise: Noise) -> None:
    traits = Traits(noise=Trait(noise, "q"), last_moment=Trait(LastMoment(at=time(13)), "by 1"))
    loud = task(1, "Loud", due_in=0, priority=4, traits=traits)
    assert said(view(loud, task(2, "Fetch Matilde", due_in=0))) == "Fetch Matilde"
    assert said(view(loud)) == "nothing_urgent"


def test_a_date_counts_where_words_only_have_marks_of_a_program_in_them() -> None:
    marked = Traits(noise=Trait(Noise.MARKUP, "<b>"))
    late = task(1, "<b>Rent</b>", due_in=0, priority=4, traits=marked)
    far = task(2, "<b>Read</b>", traits=marked)
    (first, _second) = decide(view(far, late)).ranking
    assert first.candidate.content == "<b>Rent</b>"
    assert first.penalties == ("strange",)


def test_a_far_deadline_does_not_press_because_the_task_is_also_due_today() -> None:
    far = task(1, "Far", due_in=0, deadline_on=TODAY + 43 * DAY)
    (scored,) = decide(view(far, now=at(21))).ranking
    assert scored.reasons[0] == "due_today"
    near = task(2, "Near", due_in=0, deadline_on=TODAY)
    assert said(view(far, near, now=at(21))) == "Near"


def test_a_habit_has_its_hour() -> None:
    lesson, tidy = task(1, "Lesson", due_in=0), task(2, "Tidy", due_in=0, priority=2)
    done = [Answer("task:1", "done", NOON - n * DAY) for n in (1, 2, 3)]
    assert said(with_answers(view(lesson, tidy), *done)) == "Lesson"
    assert said(with_answers(view(lesson, tidy, now=at(17)), *done)) == "Tidy"


def test_somebody_who_waits_counts() -> None:
    waits = Traits(waits=Trait("Karim", "Karim"), unblocks=Trait("the door", "door"))
    assert (
        said(view(task(1, "Measure"), task(2, "Door", duration=5 * MINUTE, traits=waits))) == "Door"
    )


def test_what_is_lost_before_it_usually_can_be_done_is_said_before() -> None:
    """A car at night, though errands are for the day; but no office whose hours are named."""
    night = at(0, 20)
    moment = Trait(LastMoment(on=TODAY, at=time(1)), "from 1 am")
    errand = Traits(last_moment=moment, place=Trait(Place.ERRAND, "move"))
    assert said(view(task(1, "Move the car", traits=errand), now=night)) == "Move the car"
    late = Traits(last_moment=Trait(LastMoment(on=TODAY, at=time(12)), "q"), place=errand.place)
    assert said(view(task(1, "Move the car", traits=late), now=night)) in SILENT_AT_NIGHT
    closed = replace(errand, hours=OFFICE.hours)
    assert said(view(task(1, "Move the car", traits=closed), now=night)) in SILENT_AT_NIGHT


def test_somebody_is_called_early_only_for_what_ends_before_one_usually_calls() -> None:
    ends = Trait(LastMoment(on=None, at=time(7)), "before she milks at 7", SURE)
    mama = task(1, "Call Mama", due_in=0, traits=Traits(
        last_moment=ends, hours=Trait(Hours(Door.PEOPLE), "Call"), place=Trait(Place.PHONE, "Call")
    ))  # fmt: skip
    assert said(view(mama, now=at(6, 50))) == "Call Mama"
    assert said(view(mama, now=at(3))) in SILENT_AT_NIGHT


def test_it_is_looked_at_anew_when_somebody_may_be_called_early() -> None:
    ends = Trait(LastMoment(on=None, at=time(7)), "before she milks at 7", SURE)
    mama = task(1, "Call Mama", due_in=0, traits=Traits(
        last_moment=ends, hours=Trait(Hours(Door.PEOPLE), "Call"), place=Trait(Place.PHONE, "Call")
    ))  # fmt: skip
    early, then = (scored(view(mama, now=now)) for now in (at(3), at(5)))
    assert (early.is_gated, then.is_gated) == (True, False)
    assert at(5) in early.changes


def test_it_is_looked_at_anew_when_it_soon_closes_on_whoever_begins() -> None:
    """Closing at noon, half an hour of work: three quarters of an hour before it must be begun."""
    spans = (Span(frozenset(range(7)), time(9), time(12)),)
    hours = Trait(Hours(Door.SHOP, spans), "daily 9-12")
    cut = task(1, "Keys", traits=Traits(hours=hours, effort=Trait(30 * MINUTE, "30 min")))
    turn = at(10, 45)
    before, then = (scored(view(cut, now=now)) for now in (turn - MINUTE, turn))
    assert before.score < then.score
    assert turn in before.changes


def test_health_counts_more_than_a_nuisance() -> None:
    pills = Traits(stakes=Trait(Stakes.HEALTH, "tablets"))
    paint = Traits(stakes=Trait(Stakes.NUISANCE, "paint"))
    seen = view(task(1, "Paint", due_in=0, traits=paint), task(2, "Pills", due_in=0, traits=pills))
    assert said(seen) == "Pills"


def test_a_trifle_that_nothing_presses_is_not_worth_a_word() -> None:
    assert said(view(task(1, "New lamp"))) == "nothing_urgent"
    assert said(view()) == "nothing_open"


TRUE: dict[str, Any] = {
    "due_today": lambda f: f.due_in_days == 0,
    "due_tomorrow": lambda f: f.due_in_days == 1,
    "due_in_days": lambda f: (f.due_in_days or 0) > 1,
    "due_at": lambda f: f.due_at and f.due_at > NOON and f.due_in_days == 0,
    "past_time": lambda f: f.due_at and f.due_at <= NOON,
    "overdue": lambda f: (f.due_in_days or 0) <= 0,
    "deadline": lambda f: f.deadline_in_days is not None and f.deadline_in_days >= 0,
    "deadline_missed": lambda f: f.deadline_in_days is not None and f.deadline_in_days < 0,
    "last_moment": lambda f: f.traits.last_moment,
    "near": lambda f: f.traits.last_moment and f.traits.last_moment.confidence < SURE,
    "obsolete_soon": lambda f: f.traits.obsolete_after.value >= TODAY,
    "obsolete": lambda f: f.traits.obsolete_after.value < TODAY,
    "elsewhere": lambda f: f.traits.place.value is Place.HOME,
    "prepares": lambda f: f.prepares,
    "related": lambda f: f.prepares and f.due_in_days is None,
    "closing": lambda f: f.closes_at and NOON < f.closes_at <= NOON + DAY,
    "waits": lambda f: f.traits.waits,
    "urgent": lambda f: f.priority == 4,
    "important": lambda f: f.priority in (2, 3),
    "starts_soon": lambda f: f.starts_at and f.starts_at > NOON,
    "blocked": lambda f: f.traits.blocked,
    "too_late": lambda f: f.traits.last_moment,
    "closed": lambda f: f.opens_at is None or f.opens_at > NOON,
    "no_time": lambda f: f.closes_at and f.closes_at > NOON,
    "someday": lambda f: f.traits.someday,
}
DAYS = st.none() | st.integers(-40, 40)
LATER = st.integers(-600, 2_000).map(lambda n: NOON + timedelta(minutes=n))


CERTAIN = st.just(1.0)


def maybe(
    values: st.SearchStrategy[Any], confidence: st.SearchStrategy[float] = CERTAIN
) -> st.SearchStrategy[Any]:
    return st.none() | st.builds(lambda v, sure: Trait(v, "words", sure), values, confidence)


# Made once: to make strategies takes longer than to draw from them.
PRIORITIES = st.integers(1, 4)
LENGTHS = st.none() | st.integers(1, 900).map(lambda n: timedelta(minutes=n))
MEETINGS = st.none() | st.integers(1, 700).map(lambda n: meeting(9, starts_in_min=n))
NEAR_DAYS = st.integers(-9, 9).map(lambda n: TODAY + timedelta(days=n))
TRAITS = st.builds(
    Traits,
    hours=maybe(st.sampled_from(Door).map(Hours)),
    last_moment=maybe(
        st.builds(LastMoment, st.none() | NEAR_DAYS, st.none() | st.times()),
        st.sampled_from([0.5, 0.9]),
    ),
    obsolete_after=maybe(NEAR_DAYS),
    blocked=maybe(st.builds(Blocked, st.none() | NEAR_DAYS)),
    waits=maybe(st.just("Karim")),
    unblocks=maybe(st.just("the door")),
    place=maybe(st.sampled_from(Place)),
    stakes=maybe(st.sampled_from(Stakes)),
    effort=maybe(st.integers(1, 300).map(lambda n: timedelta(minutes=n))),
    energy=maybe(st.sampled_from(Energy)),
    prepares=maybe(st.just(Prepares("Design"))),
    someday=maybe(st.just(True)),
)
DUE_AT = st.none() | LATER


@st.composite
def _tasks(draw: st.DrawFn) -> TaskView:
    due_at, days, deadline = draw(DUE_AT), draw(DAYS), draw(DAYS)
    due_on = TODAY + timedelta(days=days) if days is not None else None
    return task(
        1,
        due_on=due_at.astimezone(BERLIN).date() if due_at else due_on,
        due_at=due_at,
        deadline_on=TODAY + timedelta(days=deadline) if deadline is not None else None,
        priority=draw(PRIORITIES),
        duration=draw(LENGTHS),
        traits=draw(TRAITS),
    )


TASKS = _tasks()


@settings(max_examples=300, deadline=None)
@given(TASKS, MEETINGS)
def test_every_sentence_is_implied_by_the_facts(
    about: TaskView, next_meeting: EventView | None
) -> None:
    rule = GoodSense.manifest
    for scored in decide(view(about, *filter(None, [next_meeting]))).ranking:
        facts = scored.candidate.facts
        for code in (*scored.reasons, *scored.penalties):
            if words.reason(code, facts, rule) and code in TRUE:
                assert TRUE[code](facts), (code, facts)


def test_a_time_of_another_day_says_its_day() -> None:
    weekend = NOON + 4 * DAY  # a Saturday
    (scored,) = decide(view(task(1, due_in=0, traits=OFFICE), now=weekend)).ranking
    sentence = words.reason("closed", scored.candidate.facts, GoodSense.manifest)
    assert sentence == "Cannot be done before Mon 9 a.m."


def test_codes_have_one_meaning_and_silences_are_short_enough_to_be_kept() -> None:
    rule = GoodSense.manifest
    assert not rule.reasons.keys() & rule.penalties.keys()
    assert all(len(code) <= 30 for code in rule.silences)
