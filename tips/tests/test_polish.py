"""A model chooses and words: the real LiteLLM, and a server that says what it is told."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.privacy.consents import grant
from agents.models import Context, ModelCall
from oo.lib import llm
from tests.clock import NOON
from tests.factories import give_tip, make_event, make_task, signed_in
from tests.model.fixtures import Use
from tests.stand_ins.model import ModelStandIn, Turn, entry, use_aliases
from tips.answer.answering import mark_shown
from tips.base import Kind
from tips.decide.letters import orders
from tips.make.making import make_tip
from tips.models import Tip, TipDecision, TipSchedule
from tips.polish import polishing
from tips.polish.patience import Patience
from tips.polish.polishing import polish, worth_asking

pytestmark = pytest.mark.django_db


def said(text: str) -> Turn:
    return Turn(json.dumps({"text": text}))


def letter(which: str) -> Turn:
    return Turn(which, letters={which: math.log(0.9), "X": math.log(0.1)})


def test_a_wording_that_passes_is_what_the_page_says(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("words")
    tip = give_tip(alice, "Pay the rent", priority=4)
    assert (tip.detail, tip.quiet_line) == ("Due today · Marked urgent",) * 2
    model.play(said("Pay the rent, it is due today."))
    polish(tip.pk, at=NOON)
    tip.refresh_from_db()
    assert tip.quiet_line == "Marked urgent"
    assert (tip.content, tip.plain) == ("Pay the rent, it is due today.", "Pay the rent")
    assert (tip.model, tip.left_host) == ("llamafile/m", False)
    assert tip.prompt_version.startswith("wording-")
    call = ModelCall.objects.get()
    assert (call.purpose, call.outcome, call.is_local) == ("words", "used", True)
    assert call.tokens_in > 0


def test_a_refused_wording_is_asked_for_again_with_the_reason(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("words")
    tip = give_tip(alice, "Pay the rent")
    model.play(said("Pay the rent of 900 now."), Turn("no json"), said("Pay the rent today."))
    polish(tip.pk, at=NOON)
    tip.refresh_from_db()
    assert tip.content == "Pay the rent today."
    assert "a number that the title" in model.requests[1].body["messages"][-1]["content"]
    assert list(ModelCall.objects.order_by("pk").values_list("outcome", "reason")) == [
        ("refused", "number"),
        ("unusable", ""),
        ("used", ""),
    ]


def test_after_three_refusals_the_template_stands(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("words")
    tip = give_tip(alice, "Pay the rent")
    model.play(said("Visit http://evil.example now."))
    polish(tip.pk, at=NOON)
    tip.refresh_from_db()
    assert (tip.content, tip.plain, tip.model) == ("Pay the rent", "", "")
    assert len(model.requests) == 3


@pytest.mark.parametrize("turn", [Turn(status=500), Turn(status=429), Turn(raw=b"garbage")])
def test_a_model_that_fails_changes_nothing(
    alice: User, model: ModelStandIn, use: Use, turn: Turn
) -> None:
    use("words")
    tip = give_tip(alice, "Pay the rent")
    model.play(turn)
    polish(tip.pk, at=NOON)
    tip.refresh_from_db()
    assert (tip.state, tip.content) == (Tip.State.READY, "Pay the rent")
    outcomes = set(ModelCall.objects.values_list("outcome", flat=True))
    assert outcomes in ({"away"}, {"unusable"})


def test_nobody_is_asked_twice_about_a_tip(alice: User, model: ModelStandIn, use: Use) -> None:
    use("words")
    tip = give_tip(alice, "Pay the rent")
    model.play(said("Pay the rent today."))
    polish(tip.pk, at=NOON)
    polish(tip.pk, at=NOON)
    assert len(model.requests) == 1
    tip.refresh_from_db()
    assert worth_asking([tip]) == []


def test_what_somebody_has_seen_is_not_reworded_under_their_eyes(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("words")
    tip = give_tip(alice, "Pay the rent")
    mark_shown(tip, surface="page", at=NOON)
    polish(tip.pk, at=NOON)
    assert model.requests == []
    tip.refresh_from_db()
    assert tip.content == "Pay the rent"


def test_a_reworded_tip_stays_while_it_is_the_best(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("words")
    tip = give_tip(alice, "Pay the rent")
    model.play(said("Pay the rent today."))
    polish(tip.pk, at=NOON)
    tip.refresh_from_db()
    mark_shown(tip, surface="page", at=NOON)
    TipSchedule.objects.look_again(alice.pk, at=NOON)
    stays = make_tip(alice.pk, at=NOON + timedelta(minutes=1))
    assert stays is not None
    assert (stays.pk, stays.content) == (tip.pk, "Pay the rent today.")


def test_a_changed_row_replaces_what_was_reworded(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("words")
    tip = give_tip(alice, "Pay the rent")
    model.play(said("Pay the rent today."))
    polish(tip.pk, at=NOON)
    alice.task_set.update(title="Pay the rent and the deposit", changed_at=NOON)
    TipSchedule.objects.look_again(alice.pk, at=NOON)
    again = make_tip(alice.pk, at=NOON)
    assert again is not None
    assert again.content == "Pay the rent and the deposit"


def test_a_model_without_the_skill_is_not_asked_to_choose(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("words")
    make_task(alice, "Water the plants", due_in=0)
    polish(give_tip(alice, "Pay the rent").pk, at=NOON)
    assert all("response_format" in request.body for request in model.requests)


def two_tasks(alice: User) -> tuple[Tip, str]:
    """The tip of the first, and the key of the other."""
    make_task(alice, "Answer Mia")
    tip = give_tip(alice, "Sort the cellar", priority=4)
    decision = TipDecision.objects.get(tip=tip)
    return tip, next(c["key"] for c in decision.candidates if c["key"] != tip.candidate)


def test_a_model_that_chooses_the_same_in_every_order_is_followed(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    settings.OO_POLICY = "good_sense"
    use("chooses")
    tip, other = two_tasks(alice)
    # Options: the tip, the other, silence; each order turns them by one.
    model.play(letter("B"), letter("A"), letter("C"))
    polish(tip.pk, at=NOON)
    decision = TipDecision.objects.get()
    assert (decision.chosen, decision.chooser) == (other, "llamafile/m")
    assert decision.propensity is None, "by which chance a model chooses, nobody knows"
    chosen = Tip.objects.current(alice.pk, at=NOON).get()
    assert (chosen.candidate, chosen.content) == (other, "Answer Mia")
    tip.refresh_from_db()
    assert tip.state == Tip.State.WITHDRAWN


def test_a_favourite_place_leaves_the_choice_to_the_ranking(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("chooses")
    tip, _other = two_tasks(alice)
    model.play(letter("B"))
    polish(tip.pk, at=NOON)
    assert TipDecision.objects.get().chooser == ""
    assert Tip.objects.current(alice.pk, at=NOON).get().pk == tip.pk


def test_a_model_may_choose_silence(alice: User, model: ModelStandIn, use: Use) -> None:
    use("chooses")
    tip, _other = two_tasks(alice)
    model.play(letter("C"), letter("B"), letter("A"))
    polish(tip.pk, at=NOON)
    decision = TipDecision.objects.get()
    assert (decision.tip, decision.chosen, decision.silence) == (None, "", "model_silent")
    assert not Tip.objects.current(alice.pk, at=NOON).exists()
    page = signed_in(alice).get(reverse("tips:now"))
    assert page.status_code == 200


def test_no_model_overrules_what_presses(alice: User, model: ModelStandIn, use: Use) -> None:
    use("chooses")
    make_task(alice, "Answer Mia", due_in=1)
    due = NOON + timedelta(hours=2)
    tip = give_tip(alice, "Hand in the form", due_time=due.time())
    polish(tip.pk, at=NOON)
    assert model.requests == []


def test_a_cloud_is_asked_only_with_the_consent_that_names_it(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("words", cloud="somebody")
    tip = give_tip(alice, "Pay the rent")
    polish(tip.pk, at=NOON)
    assert model.requests == []
    grant(alice.pk, "model.somebody", by="settings", at=NOON)
    Tip.objects.filter(pk=tip.pk).update(polished_at=None)
    model.play(said("Pay the rent today."))
    polish(tip.pk, at=NOON)
    tip.refresh_from_db()
    assert (tip.content, tip.left_host) == ("Pay the rent today.", True)


def test_the_page_opens_while_a_model_thinks_and_the_question_is_cancelled(
    alice: User, model: ModelStandIn, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen in the middle of a question: nobody is asked on, and the record says why."""
    use("words")
    tip = give_tip(alice, "Pay the rent")
    model.play(Turn(delay_s=600))
    before = polishing._Seen.still_stands

    def seen_meanwhile(seen: Any) -> bool:
        if model.requests:
            mark_shown(tip, surface="page", at=NOON)
        return before(seen)

    monkeypatch.setattr(polishing._Seen, "still_stands", seen_meanwhile)
    polish(tip.pk, at=NOON)
    assert model.is_left_within(2)
    assert len(model.requests) == 1
    assert ModelCall.objects.get().outcome == "overtaken"
    tip.refresh_from_db()
    assert (tip.state, tip.content) == (Tip.State.SHOWN, "Pay the rent")


@pytest.mark.parametrize("change", ["seen", "withdrawn", "overtaken", "left"])
def test_a_tip_stands_until_anything_happens(alice: User, bob: User, change: str) -> None:
    tip, theirs = give_tip(alice), give_tip(bob)
    seen, other = polishing._load(tip.pk), polishing._load(theirs.pk)
    assert seen is not None
    assert other is not None
    assert seen.still_stands()
    if change == "seen":
        mark_shown(tip, surface="page", at=NOON)
    elif change == "withdrawn":
        Tip.objects.filter(pk=tip.pk).update(state=Tip.State.WITHDRAWN, ended_at=NOON)
    elif change == "overtaken":
        TipSchedule.objects.look_again(alice.pk, at=NOON)
    else:
        Tip.objects.filter(pk=tip.pk).delete()
    assert not seen.still_stands()
    assert other.still_stands()


def test_no_further_question_is_begun_about_what_was_overtaken(alice: User) -> None:
    patience = Patience(3, is_wanted=lambda: False)
    with pytest.raises(llm.Overtaken):
        patience.take_s()
    assert patience.questions == 3


@pytest.mark.parametrize("kind", [Kind.INSIGHT, Kind.ADVICE])
def test_what_oo_believes_and_what_a_plugin_advises_is_said_as_it_is(
    alice: User, model: ModelStandIn, use: Use, kind: Kind
) -> None:
    use("words", "chooses")
    tip, _other = two_tasks(alice)
    Tip.objects.filter(pk=tip.pk).update(kind=kind)
    tip.refresh_from_db()
    assert worth_asking([tip]) == []
    polish(tip.pk, at=NOON)
    assert model.requests == []


@pytest.mark.parametrize("kind", [Kind.INSIGHT, Kind.ADVICE])
def test_nor_is_it_what_a_model_may_choose(
    alice: User, model: ModelStandIn, use: Use, settings: Any, kind: Kind
) -> None:
    settings.OO_POLICY = "good_sense"
    use("chooses")
    make_task(alice, "Ring the plumber")
    tip, other = two_tasks(alice)
    decision = TipDecision.objects.get(tip=tip)
    title = next(c["content"] for c in decision.candidates if c["key"] == other)
    for candidate in decision.candidates:
        candidate["kind"] = kind if candidate["key"] == other else candidate["kind"]
    decision.save()
    model.play(letter("A"))
    polish(tip.pk, at=NOON)
    asked = model.requests[0].body["messages"][-1]["content"]
    assert "\nA) Sort the cellar" in asked
    assert title not in asked


def test_a_reminder_that_a_model_chose_says_what_it_leads_to(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    settings.OO_POLICY = "good_sense"
    use("chooses")
    event = make_event(alice, starts_in_min=15, title="Standup")
    tip = give_tip(alice, "Sort the cellar", priority=4)
    keys = [c["key"] for c in TipDecision.objects.get().candidates]
    options = [*keys, ""]
    wanted = f"event:{event.pk}" if tip.kind == Kind.TASK else next(k for k in keys if "task" in k)
    model.play(*(letter("ABC"[order.index(options.index(wanted))]) for order in orders(3)))
    polish(tip.pk, at=NOON)
    chosen = Tip.objects.current(alice.pk, at=NOON).get()
    assert chosen.candidate == wanted
    by_ranking = {tip.kind: tip, chosen.kind: chosen}
    reminder, task = by_ranking[Kind.REMINDER], by_ranking[Kind.TASK]
    assert reminder.starts_at == event.starts_at
    assert reminder.later_until is not None
    assert (task.starts_at, task.later_until) == (None, None)


def test_what_a_model_chose_is_worded_too(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    settings.OO_POLICY = "good_sense"
    use("chooses", "words")
    tip, _other = two_tasks(alice)
    model.play(letter("B"), letter("A"), letter("C"), said("Answer Mia today."))
    polish(tip.pk, at=NOON)
    chosen = Tip.objects.current(alice.pk, at=NOON).get()
    assert (chosen.content, chosen.plain) == ("Answer Mia today.", "Answer Mia")


def test_a_choice_is_asked_for_with_the_situation_and_what_agents_see_now(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    settings.OO_POLICY = "good_sense"
    use("chooses")
    for key in ("tasks", "calendar"):
        grant(alice.pk, key, by="connect", at=NOON)
    Context.objects.create(user=alice, key="work", title="Work", days=[*range(7)])
    make_event(alice, starts_in_min=60, title="Review")
    tip, _other = two_tasks(alice)
    model.play(letter("B"))
    polish(tip.pk, at=NOON)
    lines = model.requests[0].body["messages"][-1]["content"].splitlines()
    assert lines[1] == "Situation: Work"
    assert any(line.startswith("Seen: ") and "Review" in line for line in lines)


@pytest.mark.parametrize(("skill", "turn"), [("words", said("See 900.")), ("chooses", letter("B"))])
def test_what_a_cloud_was_asked_has_left_whatever_came_of_it(
    alice: User, model: ModelStandIn, use: Use, skill: str, turn: Turn
) -> None:
    use(skill, cloud="somebody")
    grant(alice.pk, "model.somebody", by="settings", at=NOON)
    tip, _other = two_tasks(alice)
    model.play(turn)
    polish(tip.pk, at=NOON)
    tip.refresh_from_db()
    assert model.requests
    assert (tip.state, tip.model, tip.left_host) == (Tip.State.READY, "", True)


@pytest.mark.parametrize("turn", [Turn(""), Turn(status=400), Turn(status=401)])
def test_what_a_cloud_was_asked_has_left_though_our_own_worded_it(
    alice: User, model: ModelStandIn, use: Use, settings: Any, tmp_path: Path, turn: Turn
) -> None:
    use()
    elsewhere, here = entry(model, "words", cloud="somebody"), entry(model, "words")
    use_aliases(settings, tmp_path, elsewhere, here)
    grant(alice.pk, "model.somebody", by="settings", at=NOON)
    tip = give_tip(alice, "Pay the rent")
    model.play(turn, said("Pay the rent today."))
    polish(tip.pk, at=NOON)
    tip.refresh_from_db()
    assert (tip.content, tip.model) == ("Pay the rent today.", "llamafile/m")
    assert tip.left_host


def test_what_a_proxy_asked_of_others_has_left_where_no_cloud_is_set_up(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    settings.LITELLM_URL, settings.LITELLM_KEY = f"{model.url}/v1", "sk-of-the-proxy"
    use("words")
    tip = give_tip(alice, "Pay the rent")
    model.play(Turn(headers={"x-litellm-model-group": "somebody"}))
    polish(tip.pk, at=NOON)
    tip.refresh_from_db()
    assert (tip.model, tip.left_host) == ("", True)


def test_a_tip_that_a_cloud_chose_says_that_its_words_left(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("chooses", cloud="somebody")
    grant(alice.pk, "model.somebody", by="settings", at=NOON)
    tip, other = two_tasks(alice)
    model.play(letter("B"), letter("A"), letter("C"))
    polish(tip.pk, at=NOON)
    chosen = Tip.objects.current(alice.pk, at=NOON).get()
    assert (chosen.candidate, chosen.left_host) == (other, True)


@pytest.mark.parametrize("budget", ["OO_MODEL_TOKENS_PERSON", "OO_MODEL_TOKENS_ALL"])
def test_what_is_spent_is_spent(
    alice: User, model: ModelStandIn, use: Use, settings: Any, budget: str
) -> None:
    use("words")
    setattr(settings, budget, 1)
    tips = []
    for hours in (0, 1):
        at = NOON + timedelta(hours=hours)
        tips.append(give_tip(alice, f"Pay bill {hours}", at=at))
        model.play(said(f"Pay bill {hours} today."))
        polish(tips[-1].pk, at=at)
        Tip.objects.update(state=Tip.State.WITHDRAWN, ended_at=at)
    assert len(model.requests) == 1
    assert ModelCall.objects.count() == 1


def test_a_tip_that_was_overtaken_is_left_alone(
    alice: User, model: ModelStandIn, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("words")
    tip = give_tip(alice, "Pay the rent")
    from tips.polish import wording

    before = wording.word

    def word_meanwhile(*args: Any, **named: Any) -> Any:
        found = before(*args, **named)
        TipSchedule.objects.look_again(alice.pk, at=NOON)
        return found

    monkeypatch.setattr(wording, "word", word_meanwhile)
    model.play(said("Pay the rent today."))
    polish(tip.pk, at=NOON)
    tip.refresh_from_db()
    assert tip.content == "Pay the rent"


def test_why_says_who_worded_it_what_was_read_and_that_nothing_left(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("words")
    tip = give_tip(alice, "Pay the rent")
    model.play(said("Pay the rent today."))
    polish(tip.pk, at=NOON)
    page = (
        signed_in(alice)
        .get(reverse("tips:why", args=[tip.pk]), headers={"HX-Request": "true"})
        .content.decode()
    )
    assert "Worded by llamafile/m (wording-" in page
    assert "Pay the rent</q>" in page
    assert "notes, projects, sections, labels" in page
    assert "four weeks" in page
    assert "your calendar" not in page
    assert "Nothing was sent outside this oO." in page


def test_all_questions_about_a_tip_share_its_time(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    settings.OO_MODEL_TIMEOUT_S = 0.0
    use("words", "chooses")
    tip = give_tip(alice, "Pay the rent")
    polish(tip.pk, at=NOON)
    assert model.requests == []
    tip.refresh_from_db()
    assert tip.content == "Pay the rent"
