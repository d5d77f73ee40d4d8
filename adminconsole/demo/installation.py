"""What is nobody's: sweeps, what was learnt of everybody together, and how far it was counted."""

from __future__ import annotations

import json

from adminconsole.demo.asked import add_beginning
from adminconsole.demo.base import DAY_S, Plan, Rows, stamp
from agents.models import AgentDay, CountCursor, Sweep
from agents.registry import AGENTS
from tips.decide.usefulness import FEATURES, PRIOR
from tips.models import UsefulnessFit

SWEEP_EVERY_S, SWEEPS_KEPT_DAYS = 900, 7


def add_installation(plan: Plan, rows: Rows) -> None:
    rows.begin(0)
    rows.add_keyed(CountCursor, counted_until=stamp(plan.now_s))
    add_beginning(rows)
    _add_sweeps(plan, rows)
    _add_agent_days(plan, rows)
    _add_fits(plan, rows)


def _add_sweeps(plan: Plan, rows: Rows) -> None:
    rng = plan.chance("sweeps")
    count = min(plan.days, SWEEPS_KEPT_DAYS) * DAY_S // SWEEP_EVERY_S
    for number in range(count):
        began = plan.now_s - (count - number) * SWEEP_EVERY_S + rng.uniform(0, 5)
        people = int(plan.people * rng.uniform(0.1, 0.4))
        rows.add_keyed(
            Sweep,
            began_at=stamp(began),
            updated_at=stamp(began + people * 0.003),
            people=people,
            written=int(people * rng.uniform(0.5, 2.5)),
            dropped=int(people * rng.uniform(0.02, 0.1)),
            failed=int(rng.random() < 0.02),
        )


def _add_agent_days(plan: Plan, rows: Rows) -> None:
    """Looks of each agent: one of them fails now and then, and one is slower than the others."""
    rng = plan.chance("agent days")
    for day in range(plan.days):
        for number, key in enumerate(AGENTS.load()):
            looks = int(plan.people * (day + 1) / plan.days * rng.uniform(8, 12))
            rows.add_keyed(
                AgentDay,
                day=stamp(plan.start_s + day * DAY_S)[:10],
                agent=key,
                looks=looks,
                failed=int(looks * 0.02) if number == 1 else 0,
                seconds=looks * (0.024 if number == 2 else 0.0002) * rng.uniform(0.9, 1.1),
            )


def _add_fits(plan: Plan, rows: Rows) -> None:
    """One a day; the log-loss goes down as there is more to learn from."""
    rng = plan.chance("fits")
    for day in range(1, plan.days):
        learnt = day / plan.days
        weights = {
            name: round(mean + learnt * rng.gauss(0, 0.05), 4)
            for name, mean in zip(FEATURES, PRIOR.weights, strict=True)
        }
        rows.add_keyed(
            UsefulnessFit,
            fitted_at=stamp(plan.start_s + day * DAY_S),
            count=min(20_000, int(plan.people * learnt * 4)),
            weights=json.dumps(weights),
            slope=round(1 + rng.gauss(0, 0.04), 4),
            shift=round(rng.gauss(0, 0.04), 4),
            loss=round(0.66 - 0.05 * learnt + rng.gauss(0, 0.004), 4),
            prior_loss=round(0.665 + rng.gauss(0, 0.003), 4),
            error=round(0.06 - 0.03 * learnt + abs(rng.gauss(0, 0.004)), 4),
        )
