"""One page of numbers, in the words of Prometheus. To be loaded only where somebody asks for it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import Error
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from oo.lib.measures import Measure, measurings
from oo.observe.slots import is_readable

log = logging.getLogger(__name__)


class Fixed(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def scrape(folder: Path, *, at: datetime) -> bytes:
    """What all processes have counted, and what the rows of each app say now."""
    registry = CollectorRegistry()
    registry.register(Fixed(counted(folder)))
    registry.register(Fixed(measured(at=at)))
    return generate_latest(registry)


def counted(folder: Path) -> Iterable[Metric]:
    files = [str(file) for file in sorted(folder.glob("*.db")) if is_readable(file)]
    merge: Any = MultiProcessCollector.merge
    return list(merge(files))


def measured(*, at: datetime) -> Iterator[Metric]:
    """Of an app whose tables do not answer nothing is told, but that."""
    failed = GaugeMetricFamily("oo_measuring_failed", "1: this app told nothing.", labels=("app",))
    for app, measures in measurings().items():
        try:
            found = list(measures(at=at))
        except (Error, OSError) as error:
            log.warning("%s was not measured: %s", app, type(error).__name__)
            failed.add_metric((app,), 1)
            continue
        failed.add_metric((app,), 0)
        yield from map(gauge, found)
    yield failed


def gauge(measure: Measure) -> Metric:
    family = GaugeMetricFamily(measure.name, measure.says, labels=measure.labels)
    for labels, value in measure.values:
        family.add_metric(labels, value)
    return family
