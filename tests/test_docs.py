"""What the documents say about the repository is compared with the repository."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.privacy.receipts import KEPT_FOR
from oo.settings import base
from tips import conf
from tips.decide import effects, rewards

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
IDS = [str(page.relative_to(ROOT)) for page in PAGES]
TARGETS = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_file_that_is_named_exists(page: Path) -> None:
    for name in re.findall(r"`([a-z_./]+/[a-z_./-]*[a-z_/])`", page.read_text()):
        first = name.split("/")[0]
        if first != "var" and first in {p.name for p in ROOT.iterdir()}:  # var is made by running
            assert (ROOT / name).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(), re.MULTILINE))
    assert named <= TARGETS


def test_the_figures_about_answers_are_those_of_the_code() -> None:
    text = (ROOT / "docs/answers.md").read_text()
    assert f"{conf.UNDO_WINDOW.seconds} seconds" in text
    assert f"grants {conf.UNDO_GRACE.seconds} more" in text
    assert f"closed, {(conf.UNDO_WINDOW + conf.UNDO_GRACE).seconds} s after" in text
    assert timedelta(hours=2) == effects.SNOOZE
    assert f"in {effects.NOT_RELEVANT.days} days" in text
    assert f"delayed reward of\n{rewards.DELAYED}," in text
    assert timedelta(hours=24) == rewards.DELAYED_WITHIN
    assert f"rests for {conf.REST_AFTER_ANSWER.seconds // 60} minutes" in text


def test_the_figures_about_keeping_are_those_of_the_code() -> None:
    text = (ROOT / "docs/data.md").read_text()
    assert f"| {base.OO_EVENTS_KEPT_DAYS} days |" in text
    assert f"`tips.TipView` | {base.OO_HISTORY_KEPT_DAYS} days |" in text
    assert f"encrypted | {base.OO_TRANSCRIPTS_KEPT_DAYS} days;" in text
    assert f"what was sent {base.OO_HISTORY_KEPT_DAYS} days |" in text
    assert f"| {KEPT_FOR.days} days |" in text
