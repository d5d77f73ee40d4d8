"""The catalogue is whole, compiled as it is written, and has all that the sources say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

from integrations.base import SignalSource
from integrations.registry import SOURCES
from tests.translations.words import ENGLISH

ROOT: Path = settings.ROOT
FOLDER = ROOT / "oo/locale/de/LC_MESSAGES"
APPS = (
    "accounts",
    "adminconsole",
    "agents",
    "events",
    "integrations",
    "lab",
    "notifier",
    "oo",
    "tips",
)
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]|%%|\{\w*\}|</?\w[^>]*>")
MARKED = re.compile(r"""gettext\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))""")

PO = polib.pofile(FOLDER / "django.po")
MO = polib.mofile(str(FOLDER / "django.mo"))
ENTRIES = [entry for entry in PO if not entry.obsolete]
# What is said in English, and the German for it; each form of a plural is a pair.
PAIRS = [(e.msgid, e.msgstr) for e in ENTRIES if not e.msgid_plural] + [
    (e.msgid_plural if form else e.msgid, german)
    for e in ENTRIES
    for form, german in e.msgstr_plural.items()
]


def test_what_is_compiled_is_what_is_written(tmp_path: Path) -> None:
    PO.save_as_mofile(str(tmp_path / "django.mo"))
    assert list(MO) == list(polib.mofile(str(tmp_path / "django.mo")))


@pytest.mark.parametrize("catalogue", [PO, MO], ids=["written", "compiled"])
def test_the_header_is_whole_and_names_no_machine(catalogue: polib.POFile | polib.MOFile) -> None:
    assert catalogue.metadata["Language"] == "de"
    assert catalogue.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
    header = f"{catalogue.header} {catalogue.metadata}"
    assert not re.search(r"PACKAGE|FULL NAME|YEAR|LL@li\.org|/home|/work", header)


def test_nothing_is_a_guess() -> None:
    assert not PO.metadata_is_fuzzy
    assert not [entry.msgid for entry in PO.fuzzy_entries()]


def test_everything_is_translated() -> None:
    assert not [english for english, german in PAIRS if not german.strip()]


def test_every_plural_has_both_forms() -> None:
    assert not [e.msgid for e in ENTRIES if e.msgid_plural and set(e.msgstr_plural) != {0, 1}]


def test_placeholders_and_links_are_kept() -> None:
    assert any(PLACEHOLDER.search(english) for english, _german in PAIRS)
    for english, german in PAIRS:
        assert sorted(PLACEHOLDER.findall(german)) == sorted(PLACEHOLDER.findall(english)), english


def test_it_says_du_and_does_not_shout() -> None:
    wrong = re.compile(r"!|\b(Ihnen|Ihrem?|Ihren)\b")
    assert not [german for _english, german in PAIRS if wrong.search(german)]


def marked_in_templates() -> Iterator[str]:
    """Every text that is marked for translation, plurals by their singular."""
    for template in (ROOT / "templates").rglob("*.*"):
        for quoted in MARKED.findall(templatize(template.read_text(encoding="utf-8"))):
            yield ast.literal_eval(quoted)


def marked_in_code() -> Iterator[str]:
    for module in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text)), *_]):
                    if name == "_" or "gettext" in name:
                        yield text


def test_every_text_that_people_read_is_in_the_catalogue() -> None:
    wanted = {*marked_in_templates(), *marked_in_code()}
    assert len(wanted) > 300
    missing = sorted(wanted - {entry.msgid for entry in ENTRIES})
    listed = "\n  ".join(missing)
    assert not missing, f"make messages, their German, and make messages again:\n  {listed}"


@pytest.mark.parametrize("source", list(SOURCES), ids=lambda source: source.manifest.key)
def test_what_a_source_says_of_itself_is_in_german(source: SignalSource) -> None:
    manifest = source.manifest
    texts = [manifest.description, *(t for f in manifest.fields for t in (f.label, f.help) if t)]
    if manifest.key != "todoist":  # a name
        texts.append(manifest.title)
    with translation.override("de"):
        assert not [said for said in map(str, texts) if ENGLISH.search(translation.gettext(said))]


def test_scripts_have_no_words_of_their_own() -> None:
    """What they say stands in the pages, where it is translated."""
    scripts = [*(ROOT / "static/js").glob("*.js"), ROOT / "templates/tips/sw.js"]
    assert len(scripts) > 1
    for script in scripts:
        code = re.sub(r"(?m)^\s*//.*$", "", script.read_text())
        said = re.findall(r"""["'`]([A-Z][a-z]+ [a-z]+[^"'`\n]*)["'`]""", code)
        assert not said, f"{script.name}: {said}"
