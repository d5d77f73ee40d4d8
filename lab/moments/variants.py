"""What is measured: a policy, and what is different from how oO runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

from tips.registry import POLICIES

# Names that stay while policies come and go.
NAMED = {"rule": "deadline_first", "random": "random_task"}
# Behind a policy: rows are understood as the labels say, not as a reader does.
LABELS = "labels"
# Behind a policy: a model is asked, for what the file of aliases trusts it with, and for more.
ASKING = {
    "model": frozenset[str](),
    "wording": frozenset({"words"}),
    "choosing": frozenset({"chooses"}),
}


class NoSuchVariant(Exception):
    """Neither one of NAMED nor the key of a policy, or something behind it that is not known."""


@dataclass(frozen=True, slots=True)
class Variant:
    """skills: those that a model is taken to have, whatever it was measured to have."""

    policy: str
    is_labelled: bool = False
    asks: bool = False
    skills: frozenset[str] = frozenset()


def variant_named(name: str) -> Variant:
    """`policy`, or `policy+labels`, `policy+model`, `policy+labels+choosing`; NoSuchVariant."""
    policy, *extras = name.split("+")
    key = NAMED.get(policy, policy)
    if key not in POLICIES:
        known = ", ".join([*NAMED, *POLICIES.load()])
        raise NoSuchVariant(f"{name!r} is no variant; there are {known}")
    if unknown := {*extras} - {LABELS, *ASKING}:
        known = ", ".join([LABELS, *ASKING])
        raise NoSuchVariant(f"{name!r}: {min(unknown)} is none of {known}")
    asking = [ASKING[extra] for extra in extras if extra in ASKING]
    return Variant(
        policy=key,
        is_labelled=LABELS in extras,
        asks=bool(asking),
        skills=frozenset().union(*asking),
    )


@contextmanager
def in_force(policy: str) -> Iterator[None]:
    before = settings.OO_POLICY
    settings.OO_POLICY = policy
    try:
        yield
    finally:
        settings.OO_POLICY = before
