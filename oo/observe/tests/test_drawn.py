"""What Grafana draws and Prometheus warns of is what oO tells, and each warning says what to do."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from adminconsole.looking.probes import PROBES
from adminconsole.looking.tools import DASHBOARD, PANELS
from agents.models import Sweep
from oo.observe.tests.test_metrics import count, fill, folder, scraped

__all__ = ["folder"]

ROOT: Path = settings.ROOT
BOARD = json.loads((ROOT / "deploy/grafana/dashboards/oo.json").read_text())
(GROUP,) = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
ALERTS: list[dict[str, Any]] = GROUP["rules"]
RUNBOOKS = {path.stem for path in (ROOT / "docs/runbooks").glob("*.md")}
DRAWN = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
WARNED = [alert["expr"] for alert in ALERTS]
NAME, LABELS = re.compile(r"\boo_\w+"), re.compile(r"(\w+)=\"")
BY = re.compile(r"by \(([^)]*)\)")


@pytest.fixture
def told(alice: User, client: Client, folder: Path, settings: Any) -> dict[str, set[str]]:
    """Every name that a scrape of a busy installation holds, and the labels that it comes with."""
    settings.NATS_URL = "nats://nats.test:4222"
    now = timezone.now()
    fill(alice)
    Sweep.objects.create(began_at=now - timedelta(seconds=40), updated_at=now, people=3)
    count(folder, "fork")
    found: dict[str, set[str]] = {}
    for name, labels in scraped(client):
        found.setdefault(name, set()).update(label for label, _value in labels)
    return found


@pytest.mark.parametrize("asked", [DRAWN, WARNED], ids=["drawn", "warned"])
def test_every_number_that_is_asked_for_is_told_with_those_labels(
    told: dict[str, set[str]], asked: list[str]
) -> None:
    for expression in asked:
        names = set(NAME.findall(expression))
        assert names <= set(told), expression
        labels = set().union(*(told[name] for name in names), {"job"})
        by = {label.strip() for group in BY.findall(expression) for label in group.split(",")}
        assert by | set(LABELS.findall(expression)) <= labels, expression


def test_every_name_in_a_legend_is_a_label_that_is_left(told: dict[str, set[str]]) -> None:
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            groups = BY.findall(target["expr"])
            if groups:
                left = {label.strip() for label in groups[0].split(",")}
            else:
                left = set().union(*(told[name] for name in NAME.findall(target["expr"])))
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= left, panel["title"]


def test_what_there_is_to_watch_is_drawn(told: dict[str, set[str]]) -> None:
    drawn = {name for expression in DRAWN for name in NAME.findall(expression)}
    left_out = {name for name in told if not name.endswith(("_created", "_count", "_sum"))} - drawn
    # How many people a sweep looked at, and failures, of which alerts tell.
    assert left_out == {"oo_sweep_people", "oo_sweep_failed", "oo_measuring_failed"}


def test_panels_have_numbers_of_their_own_and_those_of_the_console_are_there() -> None:
    ids = [panel["id"] for panel in BOARD["panels"]]

    assert len(set(ids)) == len(ids)
    assert set(PANELS) <= set(ids)
    assert BOARD["uid"] == DASHBOARD
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in BOARD["panels"]]
    assert len(set(places)) == len(places)


def test_grafana_asks_the_source_that_is_set_up() -> None:
    sources = yaml.safe_load((ROOT / "deploy/grafana/datasources.yml").read_text())["datasources"]
    of_board = {
        json.dumps(target["datasource"]) for p in BOARD["panels"] for target in p["targets"]
    }

    assert of_board == {json.dumps({"type": "prometheus", "uid": sources[0]["uid"]})}
    assert sources[0]["url"] == "http://prometheus:9090"


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_what_it_is_and_what_to_do(alert: dict[str, Any]) -> None:
    said = alert["annotations"]

    assert said["summary"].endswith((".", "?"))
    assert (ROOT / said["runbook"]).is_file()
    assert said["runbook"].startswith("docs/runbooks/")
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert re.fullmatch(r"\d+m", alert["for"])


def test_every_runbook_is_led_to_and_every_way_leads_to_one() -> None:
    of_alerts = {Path(alert["annotations"]["runbook"]).stem for alert in ALERTS}

    assert of_alerts | set(PROBES) == RUNBOOKS


def test_alerts_have_names_of_their_own() -> None:
    names = [alert["alert"] for alert in ALERTS]
    assert len(set(names)) == len(names) > 8
