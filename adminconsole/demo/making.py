"""A whole demo: people in small groups, each made and then written, by as many workers as asked."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from django.apps import apps
from django.db import connections, models, transaction

from adminconsole.demo.base import Plan, Rows
from adminconsole.demo.belongings import begin
from adminconsole.demo.days import Days
from adminconsole.demo.history import Story
from adminconsole.demo.installation import add_installation
from adminconsole.demo.loading import analyze, bare, load, reset_sequences
from adminconsole.demo.people import make_person
from adminconsole.demo.present import add_present

GROUP = 100  # people whose rows are in memory at a time
Told = Callable[[int, Counter[str]], None]  # people so far, and rows by table


def make_demo(plan: Plan, *, workers: int, tell: Told) -> Counter[str]:
    """How many rows of each table. One worker: all of it or nothing. More: on PostgreSQL alone,
    and what is written before a failure stays."""
    tables = [model for model in apps.get_models() if model._meta.managed]
    counts: Counter[str] = Counter()
    groups = range(1, plan.people + 1, GROUP)
    if workers == 1:
        with transaction.atomic(), bare(tables):
            for done in (make_group(plan, first) for first in groups):
                counts += done
                tell(GROUP, done)
            counts += _finish(plan, tables)
    else:
        with bare(tables):
            for done in _in_processes(plan, groups, workers):
                counts += done
                tell(GROUP, done)
        with transaction.atomic():
            counts += _finish(plan, tables)
    analyze()
    return counts


def _in_processes(plan: Plan, groups: range, workers: int) -> Iterator[Counter[str]]:
    # What was loaded is shared; a connection that is shared would be spoiled.
    connections.close_all()
    # The collector would look for cycles among a million rows, and there are none.
    with ProcessPoolExecutor(workers, get_context("fork"), initializer=gc.disable) as pool:
        try:
            for future in as_completed([pool.submit(make_group, plan, first) for first in groups]):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)  # after a failure the rest is of no use


def make_group(plan: Plan, first: int) -> Counter[str]:
    """People from number `first` on, in one transaction."""
    rows = Rows(plan)
    for number in range(first, min(first + GROUP, plan.people + 1)):
        _make_person(plan, number, rows)
    with transaction.atomic():
        return Counter(load(rows))


def _make_person(plan: Plan, number: int, rows: Rows) -> None:
    rng = plan.chance(number)
    rows.begin(number)
    person = make_person(plan, number, rows, rng)
    if not person.is_connected:
        return
    story = Story(plan, person, begin(person, rng), rows, rng, Days(person))
    story.tell()
    add_present(story)
    story.days.add_rows(rows)


def _finish(plan: Plan, tables: list[type[models.Model]]) -> Counter[str]:
    rows = Rows(plan)
    add_installation(plan, rows)
    counts = Counter(load(rows))
    reset_sequences(tables)
    return counts
