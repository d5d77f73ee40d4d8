"""What import-linter cannot see: templates, names of urls and strings that reach upwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the ground up, as in .importlinter.
APPS = ("events", "accounts", "integrations", "notifier", "agents", "tips", "lab", "adminconsole")
# Templates that allauth names belong to accounts, whose job they do.
TEMPLATES = {"accounts": ("accounts", "account", "socialaccount", "legal")}


def files(app: str) -> Iterator[Path]:
    for path in sorted((ROOT / app).rglob("*.py")):
        if "tests" not in path.parts and "migrations" not in path.parts:
            yield path
    for folder in TEMPLATES.get(app, (app,)):
        yield from sorted((ROOT / "templates" / folder).rglob("*.*"))


def tag_libraries(app: str) -> set[str]:
    return {p.stem for p in (ROOT / app / "templatetags").glob("[a-z]*.py")}


def reaching_up(text: str, above: tuple[str, ...]) -> list[str]:
    """Url names, template paths and tag libraries of the apps above."""
    names = "|".join(above)
    found = re.findall(rf"""["'](?:{names})(?::[\w-]+|/[\w/-]+\.\w+)""", text)
    libraries = set().union(*(tag_libraries(app) for app in above))
    for loaded in re.findall(r"{% load ([^%]+) %}", text):
        found += sorted(libraries & set(loaded.split()))
    return found


@pytest.mark.parametrize("app", APPS[:-1])
def test_no_url_template_or_tag_reaches_upwards(app: str) -> None:
    above = APPS[APPS.index(app) + 1 :]
    paths = list(files(app))
    assert paths
    found = {str(p.relative_to(ROOT)): reaching_up(p.read_text(), above) for p in paths}
    assert not {path: names for path, names in found.items() if names}


def test_the_check_sees_each_way_up() -> None:
    text = """{% url 'tips:now' %} {% include "tips/now.html" %} redirect("tips:now")"""
    assert reaching_up(text, ("tips",)) == ["'tips:now", '"tips/now.html', '"tips:now']
