"""The few among which a model may choose: what ranks first, and what agents would look at. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

MOST = 8
MOST_OF_ONE = 3  # no agent fills the list alone
FROM_RANKING = 4  # these are among them, whoever nominates what


def nominees(ranked: Sequence[str], nominated_by: Mapping[str, Sequence[str]]) -> list[str]:
    """Keys of at most MOST candidates, in the order of the ranking.

    ranked        keys of what can be done now, the best first
    nominated_by  keys of the agents, by candidate
    """
    chosen = list(ranked[:FROM_RANKING])
    used: Counter[str] = Counter()
    for key in ranked[FROM_RANKING:]:
        free = [agent for agent in nominated_by.get(key, ()) if used[agent] < MOST_OF_ONE]
        if free and len(chosen) < MOST:
            used.update(free)
            chosen.append(key)
    chosen += [key for key in ranked if key not in chosen][: MOST - len(chosen)]
    return sorted(chosen, key=ranked.index)
