"""One person's tips from the day they joined: what was said, seen and answered, and what then."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from adminconsole.demo import answers, speaking, telling
from adminconsole.demo.answers import Answer
from adminconsole.demo.asked import ask_for_words
from adminconsole.demo.base import DAY_S, Plan, Rows, dashed, moment, new_id, stamp, wire
from adminconsole.demo.belongings import Belongings
from adminconsole.demo.days import Days
from adminconsole.demo.people import Person, Stage, kept_since_s
from adminconsole.demo.telling import Said
from events.catalog import (
    CalendarSynced,
    CompletionRequested,
    Event,
    TaskCompleted,
    TasksSynced,
    TipDismissalExplained,
    TipReacted,
    TipReactionUndone,
    TipRewarded,
    TipServed,
)
from tips import conf
from tips.base import Kind, Reaction
from tips.decide.effects import UNTIL_CHANGED_AT_MOST, effect_of
from tips.decide.rewards import DELAYED, infer_reward, is_undecided
from tips.models import Mute, Tip, TipDecision, TipView
from tips.registry import POLICIES

LIFE_S = conf.LONGEST_LIFE.total_seconds()
UNDO_S, GRACE_S = conf.UNDO_WINDOW.total_seconds(), conf.UNDO_GRACE.total_seconds()
REST_S = conf.REST_AFTER_ANSWER.total_seconds()
AWAKE_H = (7.0, 21.5)
# What is not said is said by nobody: of the moments of a day, one in so many was silence.
SILENT = 0.07
REMINDERS, ANSWERS, UNDONE, CLOSED_LATER = 0.09, 0.62, 0.012, 0.06
BELIEVED_AFTER = 60  # tips
CLOSED_WITHIN_S = 3_000  # at the source, after a tip that nobody answered
ASKED = "asked"
SYNCS_A_DAY = {TasksSynced: 6, CalendarSynced: 2}


@dataclass(slots=True)
class Life:
    """What became of one tip."""

    ends: float
    shown: float | None = None
    views: list[float] = field(default_factory=list)
    answer: Answer | None = None
    dwell_s: float | None = None
    reward: float | None = None
    completion: str = ""
    delayed: float | None = None  # when its task was closed at its source


@dataclass(slots=True)
class Story:
    plan: Plan
    person: Person
    mine: Belongings
    rows: Rows
    rng: Random
    days: Days
    told: speaking.Told = field(default_factory=speaking.Told)
    here: float | None = None
    rests_until: float = 0.0
    tips: int = 0
    offset_s: float = 0.0
    believed: int = 0  # of things a day, when the person was asked about it
    opinion: str = ""  # what the person answered to that
    last_answered: str = ""  # Tip.pk
    kept_since: float = 0.0
    answered: list[tuple[str, Answer, float | None]] = field(default_factory=list)

    def tell(self) -> None:
        """All days, until what comes of a tip might lie behind the end: the rest is the present."""
        plan, person = self.plan, self.person
        self.kept_since = kept_since_s(plan)
        last = min(person.leaves, plan.now_s - LIFE_S - CLOSED_WITHIN_S - 60)
        for day in range(int(person.joined // DAY_S), int(last // DAY_S) + 1):
            at = moment(day * DAY_S)
            self.offset_s = offset_s(at, person)
            self._sync(day * DAY_S, last)
            is_here = self.rng.random() < (0.55 if speaking.is_weekend(day) else 0.85)
            times = self._times(day, last)
            for made, then in zip(times, [*times[1:], math.inf], strict=False):
                if made >= self.rests_until:
                    self._decide(made, then, is_here=is_here)

    def _times(self, day: int, last: float) -> list[float]:
        """When something is decided on that day, in the hours in which the person is awake."""
        start = day * DAY_S - self.offset_s
        count = self.person.tips_a_day - 2 * speaking.is_weekend(day)
        found = sorted(start + 3_600 * self.rng.uniform(*AWAKE_H) for _ in range(count))
        return [at for at in found if self.person.joined + 600 < at < last]

    def _sync(self, start: float, last: float) -> None:
        for kind, source in ((TasksSynced, "todoist"), (CalendarSynced, "google-calendar")):
            key = self.person.connections.get(source)
            if key is None or start < self.kept_since:
                continue
            for _ in range(SYNCS_A_DAY[kind]):
                at = start + self.rng.random() * DAY_S
                if self.person.joined + 400 < at < last:
                    told = {"connection_id": dashed(key), "changed": self.rng.randint(1, 4),
                            "removed": int(self.rng.random() < 0.15)}  # fmt: skip
                    self.rows.event(kind, self.person.id, at, new_id(self.rng), **told)

    def _decide(self, at: float, then: float, *, is_here: bool) -> None:
        policy = answers.policy_at(self.plan, at)
        ranking = telling.rank_tasks(self.mine, policy, at, self.rng)
        if not ranking or self.rng.random() < SILENT:
            self._log(policy, ranking, None, "", at)
            return
        said = self._chosen(ranking, policy, at)
        self.tips += 1
        tip_id = new_id(self.rng)
        prompt = answers.wording_at(self.plan, at) if said.kind is Kind.TASK else ""
        worded = ""
        if prompt and self.rng.random() < answers.WORDED:
            worded = ask_for_words(self.person, said.content, prompt, at, self.rows, self.rng)
        prompt = prompt if worded else ""
        expires = min(at + LIFE_S, said.starts or at + LIFE_S)
        life = Life(min(expires, then))
        spoken = self._speak(said, tip_id, at, life)
        if life.ends - at > 240:
            self._live(said, policy, prompt, at, life, spoken, is_here=is_here)
        self._settle(said, policy, life, tip_id)
        self._write(said, policy, (worded, prompt), (tip_id, at, expires), life)
        if said not in ranking:
            ranking = sorted([*ranking, said], key=lambda s: (-s.score, s.key))
        self._log(policy, ranking, said, tip_id, at)

    def _chosen(self, ranking: list[Said], policy: str, at: float) -> Said:
        if self.tips >= BELIEVED_AFTER and policy == telling.NEWER and not self.opinion:
            self.opinion, self.believed = ASKED, self.days.a_day
            return telling.of_belief(self.days.belief_id, self.believed, self.person.locale)
        if self.rng.random() < REMINDERS and "google-calendar" in self.person.connections:
            return telling.of_meeting(self.mine, 100 + self.tips, policy, at, self.rng)
        return ranking[0]

    def _speak(self, said: Said, tip_id: str, at: float, life: Life) -> speaking.Spoken | None:
        now = at + self.rng.uniform(1, 60)
        if not self.person.devices or life.ends - now < 240:
            return None
        return speaking.consider(
            self.person, self.told, said, tip_id, now, now + self.offset_s,
            self.here, self.rows, self.rng,
        )  # fmt: skip

    def _live(
        self, said: Said, policy: str, prompt: str, at: float, life: Life,
        spoken: speaking.Spoken | None, *, is_here: bool,
    ) -> None:  # fmt: skip
        rng, hour = self.rng, int((at + self.offset_s) % DAY_S // 3_600)
        since = spoken.at if spoken else at
        sees = self.person.looks * is_here * answers.BY_HOUR[hour]
        if spoken:
            sees = 1.0 if spoken.helped else 0.4
        if rng.random() >= sees:
            return
        room = min(life.ends, speaking.heard_out(spoken) if spoken else life.ends) - since - 60
        life.shown = since + rng.uniform(0.01, 0.6) * room
        life.views = [life.shown]
        if rng.random() < 0.25:
            life.views.append(life.shown + rng.uniform(0.05, 0.2) * room)
        self.here = life.views[-1]
        if self.person.stage is Stage.SILENT:
            return
        life.dwell_s = min(answers.dwell_s(rng), round(0.35 * room, 3))
        chance = answers.done_chance(said, policy, hour, prompt)
        if spoken:
            chance = float(spoken.helped)
        elif rng.random() >= ANSWERS:
            life.dwell_s = None
            return
        life.answer = answers.answer(said, chance, life.shown + life.dwell_s, rng)

    def _settle(self, said: Said, policy: str, life: Life, tip_id: str) -> None:
        """What an answer leads to, and what is published."""
        if life.shown is None:
            return
        self._publish(TipServed, life.shown, tip_id=dashed(tip_id),
                      policy=policy, kind=said.kind)  # fmt: skip
        self.days.serve(life.shown + self.offset_s)
        if life.answer:
            self._react(said, life, life.answer, tip_id)
        reaction = life.answer.reaction if life.answer else ""
        reason = life.answer.reason if life.answer else ""
        may = said.todo is not None and is_undecided(reaction, reason)
        if may and said.todo and self.rng.random() < CLOSED_LATER:
            self._close_later(said, life, tip_id)

    def _react(self, said: Said, life: Life, answer: Answer, tip_id: str) -> None:
        left_s = said.starts - answer.at if said.starts else None
        # The answer alone is told first; why not comes after it.
        life.reward = infer_reward(said.kind, answer.reaction, life.dwell_s, left_s=left_s)
        self._publish(
            TipReacted, answer.at, tip_id=dashed(tip_id), candidate=said.key,
            reaction=answer.reaction, answered_at=wire(answer.at), dwell_s=life.dwell_s,
            reward=life.reward,
        )  # fmt: skip
        if self.rng.random() < UNDONE and answer.at + UNDO_S < life.ends:
            undone_at = answer.at + self.rng.uniform(1, UNDO_S)
            self._publish(TipReactionUndone, undone_at, tip_id=dashed(tip_id))
            life.answer = life.dwell_s = life.reward = None
            return
        if answer.reason:
            life.reward = infer_reward(said.kind, answer.reaction, None, answer.reason)
            self._publish(
                TipDismissalExplained, answer.at + 2, tip_id=dashed(tip_id), reason=answer.reason,
                reward=life.reward,
            )  # fmt: skip
        self.here = answer.at
        self.rests_until = answer.at + REST_S
        self.days.react(said, answer, life.dwell_s, answer.at + self.offset_s)
        self.answered.append((said.key, answer, life.dwell_s))
        self.last_answered = tip_id
        self._follow(said, life, answer, tip_id)

    def _follow(self, said: Said, life: Life, answer: Answer, tip_id: str) -> None:
        if said.kind is Kind.INSIGHT:
            self.opinion = answer.reaction
        if said.todo and answer.reaction == Reaction.DONE:
            life.completion = key = new_id(self.rng)
            closes = answer.at + UNDO_S + GRACE_S
            self._publish(CompletionRequested, answer.at, key=dashed(key), not_before=wire(closes))
            self._publish(TaskCompleted, closes + 1, task_id=said.todo.key, by="oo")
            self.mine.close(said.todo, closes, self.rng, key)
            return
        effect = effect_of(
            answer.reaction, answer.reason, kind=said.kind, at=moment(answer.at),
            zone=self.person.zone, starts_at=moment(said.starts) if said.starts else None,
        )  # fmt: skip
        until = effect.mute_until or moment(answer.at) + UNTIL_CHANGED_AT_MOST
        if said.todo:
            self.mine.muted[said.todo.key] = until.timestamp()
        self.rows.add_keyed(
            Mute, user_id=self.person.id, tip_id=tip_id, candidate=said.key,
            until=stamp(until.timestamp()), until_changed=int(effect.until_changed),
            since=stamp(answer.at),
        )  # fmt: skip

    def _close_later(self, said: Said, life: Life, tip_id: str) -> None:
        assert said.todo is not None
        assert life.shown is not None
        closed_at = life.ends + self.rng.uniform(60, CLOSED_WITHIN_S)
        life.delayed = closed_at
        self._publish(TaskCompleted, closed_at + 30, task_id=said.todo.key, by="source")
        self._publish(
            TipRewarded, closed_at + 31, tip_id=dashed(tip_id), candidate=said.key,
            closed_at=wire(closed_at), reward=DELAYED,
        )  # fmt: skip
        self.mine.close(said.todo, closed_at, self.rng)

    def _publish(self, kind: type[Event], at: float, /, **body: object) -> None:
        if at >= self.kept_since:
            self.rows.event(kind, self.person.id, at, new_id(self.rng), **body)

    def _write(
        self, said: Said, policy: str, wording: tuple[str, str],
        when: tuple[str, float, float], life: Life,
    ) -> None:  # fmt: skip
        (worded, prompt), (tip_id, at, expires) = wording, when
        answer = life.answer
        self.rows.add(
            Tip,
            id=tip_id,
            user_id=self.person.id,
            state=self._state(answer, life.ends, expires),
            content=worded or said.content,
            detail=said.detail,
            plain=said.content if worded else "",
            kind=said.kind,
            url=said.url,
            source=said.source,
            policy=policy,
            model=answers.MODEL if worded else "",
            prompt_version=prompt,
            polished_at=stamp(at + 1) if prompt else None,
            confidence=min(1.0, said.score / 100),
            evidence=said.evidence_json(),
            candidate=said.key,
            fingerprint=f"{self.rng.getrandbits(128):032x}",
            made_at=stamp(at),
            expires_at=stamp(expires),
            starts_at=stamp(said.starts) if said.starts else None,
            shown_at=stamp(life.shown) if life.shown else None,
            ended_at=stamp(answer.at if answer else life.ends),
            reaction=answer.reaction if answer else "",
            reason=answer.reason if answer else "",
            answered_at=stamp(answer.at) if answer else None,
            undo_until=stamp(answer.at + UNDO_S) if answer else None,
            completion_key=life.completion or None,
            dwell_s=life.dwell_s,
            reward=life.reward,
            delayed_reward=DELAYED if life.delayed else None,
        )
        for seen_at in life.views:
            if seen_at >= self.kept_since:
                self.rows.add_keyed(
                    TipView, tip_id=tip_id, user_id=self.person.id, at=stamp(seen_at),
                    surface="page" if self.rng.random() < 0.85 else "api",
                )  # fmt: skip

    @staticmethod
    def _state(answer: Answer | None, ends: float, expires: float) -> Tip.State:
        if answer:
            return Tip.State.ANSWERED
        return Tip.State.WITHDRAWN if ends < expires else Tip.State.EXPIRED

    def _log(
        self, policy: str, ranking: list[Said], said: Said | None, tip_id: str, at: float
    ) -> None:
        if at < self.kept_since:
            return
        self.rows.add_keyed(
            TipDecision,
            user_id=self.person.id,
            tip_id=tip_id or None,
            at=stamp(at),
            policy=policy,
            policy_version=POLICIES[policy].manifest.version,
            candidates=json.dumps([each.logged() for each in ranking], ensure_ascii=False),
            seen="[]",
            candidate_count=len(self.mine.open),
            chosen=said.key if said else "",
            propensity=1.0,
            silence="" if said else "nothing_urgent",
            fingerprint=f"{self.rng.getrandbits(128):032x}",
        )


def offset_s(at: datetime, person: Person) -> float:
    found = at.astimezone(person.zone).utcoffset()
    assert found is not None
    return found.total_seconds()
