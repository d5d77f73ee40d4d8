"""German: the catalogue is whole, and the pages that are drawn from it have no English left."""

from __future__ import annotations

import ast
import gettext
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as project
from django.test import Client
from django.utils import translation
from django.utils.translation.template import templatize

from accounts.models import Consent, User
from integrations.base import SignalSource
from integrations.models import Completion, Connection
from integrations.registry import SOURCES
from tips.make.making import make_tip
from tips.models import Tip
from tips.tests.people import NOON, TODAY
from tips.tests.rows import add_meeting, add_task, connect

FOLDER = project.ROOT / "oo/locale/de/LC_MESSAGES"
APPS = ("accounts", "adminconsole", "agents", "events", "integrations", "oo", "tips")
HTMX = {"HX-Request": "true"}
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]|%%|\{\w*\}|</?\w[^>]*>")
TRANSLATED = re.compile(r"""gettext\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))""")
# Common words that German does not have: a sentence of English contains at least one of them.
ENGLISH = re.compile(
    r"\b(the|you|your|yours|and|not|with|this|that|it|of|to|for|from|is|are|has|have|were|no"
    r"|what|when|why|which|there|here|one|more|now|again|today|tomorrow|overdue|ago|since|until"
    r"|done|later|undo|open|close|save|saved|delete|allow|allowed|withdraw|revoke|remove|keep|try"
    r"|sync|synced|connect|connected|disconnect|continue|sign|settings|terms|privacy|language"
    r"|back|yet|nothing|data|calendar|task|tasks|never|deadline|starts|due)\b",
    re.IGNORECASE,
)


# ---- the catalogue


@dataclass(slots=True)
class Entry:
    flags: str = ""
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        """What is said in English, and the German for it; each form of a plural is a pair."""
        plural = self.parts.get("msgid_plural", "")
        for name, text in self.parts.items():
            if name.startswith("msgstr"):
                yield (self.parts["msgid"] if name in ("msgstr", "msgstr[0]") else plural), text


def read_po(path: Path) -> list[Entry]:
    """Entries stand apart by an empty line; a string may go on over several lines."""
    entries = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        entry, name = Entry(), ""
        for line in block.splitlines():
            if line.startswith("#,"):
                entry.flags = line
            elif line.startswith("msg"):
                name, text = line.split(" ", 1)
                entry.parts[name] = ast.literal_eval(text)
            elif line.startswith('"'):
                entry.parts[name] += ast.literal_eval(line)
        entries.append(entry)
    return [entry for entry in entries if entry.parts]  # what is no longer used has none


PO = read_po(FOLDER / "django.po")
HEADER, ENTRIES = PO[0], PO[1:]


def test_what_is_compiled_says_the_same() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in ENTRIES:
        ids = entry.parts["msgid"], entry.parts.get("msgid_plural", "")
        one = compiled.gettext(ids[0])
        said = [compiled.ngettext(*ids, n) for n in (1, 2)] if ids[1] else [one]
        assert [german for _english, german in entry.pairs] == said


def test_nothing_is_compiled_that_is_not_in_the_catalogue() -> None:
    (count,) = struct.unpack_from("<I", (FOLDER / "django.mo").read_bytes(), 8)
    assert count == len(PO)


def test_the_header_is_filled_in_and_names_no_machine() -> None:
    header = HEADER.parts["msgstr"]
    assert "Language: de\n" in header
    assert "Plural-Forms: nplurals=2; plural=(n != 1);\n" in header
    assert not re.search(r"PACKAGE|FULL NAME|YEAR|LL@li\.org|/home|/work", header)


def test_everything_is_translated_and_nothing_is_a_guess() -> None:
    assert not [e.parts["msgid"] for e in PO if "fuzzy" in e.flags]
    assert not [english for e in ENTRIES for english, german in e.pairs if not german.strip()]


def test_placeholders_and_links_are_kept() -> None:
    pairs = [pair for entry in ENTRIES for pair in entry.pairs]
    assert any(PLACEHOLDER.search(english) for english, _german in pairs)
    for english, german in pairs:
        assert sorted(PLACEHOLDER.findall(german)) == sorted(PLACEHOLDER.findall(english)), english


def test_it_says_du_and_does_not_shout() -> None:
    texts = [german for entry in ENTRIES for _english, german in entry.pairs]
    assert not [text for text in texts if re.search(r"!|\b(Ihnen|Ihrem?|Ihren)\b", text)]


def marked() -> Iterator[str]:
    """Every text that the sources mark for translation, plurals by their singular."""
    for template in (project.ROOT / "templates").rglob("*.*"):
        for quoted in TRANSLATED.findall(templatize(template.read_text(encoding="utf-8"))):
            yield ast.literal_eval(quoted)
    for app in APPS:
        for module in (project.ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                yield from _said(node)


def _said(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text)), *_]):
            if name == "_" or "gettext" in name:
                yield text


def test_every_text_that_people_read_is_in_the_catalogue() -> None:
    """A text is missing here: run makemessages, translate it, and compile."""
    known = {entry.parts["msgid"] for entry in ENTRIES}
    wanted = set(marked())
    assert len(wanted) > 300
    assert wanted - known == set()


@pytest.mark.parametrize("source", list(SOURCES), ids=lambda source: source.manifest.key)
def test_what_a_source_says_of_itself_is_in_german(source: SignalSource) -> None:
    manifest = source.manifest
    texts = [manifest.description, *(t for f in manifest.fields for t in (f.label, f.help) if t)]
    if manifest.key != "todoist":  # a name
        texts.append(manifest.title)
    with translation.override("de"):
        for text in texts:
            said = translation.gettext(str(text))
            assert not ENGLISH.search(said), said


# ---- the pages


class _Words(HTMLParser):
    """What a person reads or hears of a page."""

    HEARD = frozenset({"aria-label", "title", "placeholder", "alt"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_code = tag in ("script", "style", "code")
        known = dict(attrs)
        self.found += [value or "" for name, value in attrs if name in self.HEARD]
        if known.get("name") == "description":
            self.found.append(known["content"] or "")

    def handle_endtag(self, tag: str) -> None:
        self.is_code = False

    def handle_data(self, data: str) -> None:
        if not self.is_code:
            self.found.append(data)


def read(response: Any) -> str:
    """The words of a page or card, which has to be German throughout."""
    assert response.status_code in (200, 404, 422)
    html = response.content.decode()
    assert "<html" not in html or '<html lang="de"' in html
    parser = _Words()
    parser.feed(html)
    words = " ".join(" ".join(parser.found).split())
    assert not ENGLISH.search(words), (ENGLISH.findall(words), words)
    return words


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def alice(alice: User) -> User:
    alice.profile.locale = "de"
    alice.profile.save()
    return alice


def tip_for(user: User, title: str = "Miete zahlen", **fields: Any) -> Tip:
    add_task(user, title, **fields)
    tip = make_tip(user.pk, at=NOON)
    assert tip is not None
    return tip


VISITED = ["/sign-in/", "/legal/terms", "/legal/privacy", "/offline", "/nichts"]
OWN = ["/settings/", "/settings/tokens", "/settings/delete", "/connect/", "/accounts/3rdparty/"]


@pytest.mark.parametrize("path", VISITED)
def test_a_visitor_whose_browser_asks_for_german_gets_it(client: Client, path: str) -> None:
    response = client.get(path, headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
    read(response)
    assert response.headers["Content-Language"] == "de"


def test_a_visitor_whose_language_is_not_there_gets_english(client: Client) -> None:
    page = client.get("/sign-in/", headers={"Accept-Language": "fi"}).content.decode()
    assert '<html lang="en"' in page
    assert "One tip. Right now." in page


@pytest.mark.parametrize("path", OWN + VISITED[1:])
def test_own_pages_are_german_whatever_the_browser_asks_for(
    alice_client: Client, path: str
) -> None:
    read(alice_client.get(path, headers={"Accept-Language": "en"}))


@pytest.mark.parametrize("key", ["todoist", "calendar-url", "calendar-file"])
def test_connecting_is_german(alice_client: Client, settings: Any, key: str) -> None:
    settings.TODOIST_CLIENT_ID = settings.TODOIST_CLIENT_SECRET = "x"
    read(alice_client.get(f"/connect/{key}/"))


def test_a_form_with_mistakes_is_german(alice_client: Client) -> None:
    words = read(alice_client.post("/settings/", {"time_zone": "Berlin!", "locale": "de"}))
    assert "Diese Zeitzone kennen wir nicht." in words
    words = read(alice_client.post("/settings/tokens", {"name": ""}))
    assert "Dieses Feld ist zwingend erforderlich." in words
    assert "Wähle mindestens eine Sache" in words


def test_a_consent_says_since_when_as_germans_write_it(alice: User, alice_client: Client) -> None:
    Consent.objects.create(user=alice, key="tasks", wording="2026-11-22", granted_at=NOON)
    assert "Erlaubt seit dem 5. Mai 2026." in read(alice_client.get("/settings/"))


@pytest.mark.parametrize(
    ("minutes", "said"), [(1, "Vor 1 Minute"), (120, "Vor 2 Stunden"), (2880, "Vor 2 Tagen")]
)
def test_how_old_a_reading_is_has_the_right_case(
    alice: User, alice_client: Client, minutes: int, said: str
) -> None:
    connection = connect(alice, next_sync_at=NOON + timedelta(days=1))
    Connection.objects.update(synced_at=NOON - timedelta(minutes=minutes))
    assert f"{said} abgeglichen." in read(alice_client.get("/connect/"))
    read(alice_client.get(f"/connect/?disconnect={connection.pk}"))


def test_a_source_that_fails_says_why_in_german(alice: User, alice_client: Client) -> None:
    connect(alice, source="todoist", state=Connection.State.RETRYING, last_error="unreachable")
    assert "Todoist ist nicht zu erreichen." in read(alice_client.get("/connect/"))


# ---- the tip


def test_a_tip_is_made_in_the_language_of_its_person(alice: User, alice_client: Client) -> None:
    assert tip_for(alice).detail == "Heute fällig"
    assert "Heute fällig" in read(alice_client.get("/"))


def test_a_time_is_written_as_17_00(alice: User) -> None:
    assert tip_for(alice, due_time=time(17)).detail == "Heute um 17:00 Uhr fällig"


def test_a_time_is_that_of_the_persons_own_zone(alice: User) -> None:
    alice.profile.time_zone = "America/New_York"
    alice.profile.save()
    add_meeting(alice, starts_in_min=10, title="Abstimmung")
    tip = make_tip(alice.pk, at=NOON)
    assert tip is not None
    assert tip.detail == "Beginnt um 06:10 Uhr"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"due_in": -1}, "Seit einem Tag überfällig"),
        ({"due_in": -3}, "Seit 3 Tagen überfällig"),
        ({"deadline_on": TODAY + timedelta(days=1)}, "Frist endet morgen"),
        ({"deadline_on": TODAY + timedelta(days=2)}, "Frist endet in 2 Tagen"),
        ({"priority": 4}, "Als dringend markiert"),
    ],
)
def test_reasons_are_whole_german_phrases(alice: User, fields: dict[str, Any], said: str) -> None:
    assert said in tip_for(alice, **fields).detail


def test_every_state_before_a_tip_is_german(alice: User, alice_client: Client) -> None:
    assert "Verbinde eine App" in read(alice_client.get("/"))
    unread = connect(alice, source="todoist", state=Connection.State.NEW, synced_at=None)
    assert "oO liest deine Aufgaben" in read(alice_client.get("/"))
    unread.delete()
    add_task(alice, "Miete zahlen")
    assert "Einen Moment" in read(alice_client.get("/"))


def test_silence_is_german(alice: User, alice_client: Client) -> None:
    add_task(alice, "Irgendwann", due_in=None)
    make_tip(alice.pk, at=NOON)
    words = read(alice_client.get("/"))
    assert "Gerade braucht dich nichts." in words
    assert "oO sieht um 14:00 Uhr wieder nach" in words


@pytest.mark.parametrize(
    ("reaction", "said"),
    [("done", "Erledigt."), ("snooze", "Gut, später."), ("dismiss", "Gut, das nicht.")],
)
def test_an_answer_is_answered_in_german(
    alice: User, alice_client: Client, clock: time_machine.Traveller, reaction: str, said: str
) -> None:
    path = f"/tip/{tip_for(alice).pk}"
    assert said in read(alice_client.post(f"{path}/answer", {"reaction": reaction}, headers=HTMX))
    assert "schon beantwortet" in read(
        alice_client.post(
            f"{path}/answer",
            {"reaction": "snooze" if reaction == "done" else "done"},
            headers=HTMX,
        )
    )
    clock.shift(60)
    assert "nicht mehr zurücknehmen" in read(alice_client.post(f"{path}/undo", headers=HTMX))


def test_a_reason_is_noted_in_german(alice: User, alice_client: Client) -> None:
    path = f"/tip/{tip_for(alice).pk}"
    alice_client.post(f"{path}/answer", {"reaction": "dismiss"}, headers=HTMX)
    card = alice_client.post(f"{path}/reason", {"reason": "not_relevant"}, headers=HTMX)
    assert "Notiert: nicht relevant." in read(card)


def test_why_is_german(alice: User, alice_client: Client) -> None:
    add_task(alice, "Blumen gießen", project="Zuhause")
    words = read(alice_client.get(f"/tip/{tip_for(alice, priority=4).pk}/why", headers=HTMX))
    assert "Um 12:00 Uhr gewählt" in words
    assert "Beispieldaten" in words


def test_a_closing_that_never_came_through_is_told_in_german(
    alice: User, alice_client: Client
) -> None:
    tip = tip_for(alice)
    alice_client.post(f"/tip/{tip.pk}/answer", {"reaction": "done"}, headers=HTMX)
    late = datetime(2026, 5, 8, tzinfo=UTC)
    Completion.objects.update(state=Completion.State.FAILED, finished_at=late, attempts=9)
    assert "hat nie bestätigt" in read(alice_client.get("/"))


def test_leaving_is_german_to_the_receipt(alice: User, alice_client: Client) -> None:
    page = alice_client.get("/settings/delete")
    read(page)
    answer = alice_client.post("/settings/delete", {"receipt": page.context["receipt_id"]})
    client = Client(headers={"Accept-Language": "de"})
    words = read(client.get(answer.headers["Location"]))
    assert "Am 5. Mai 2026 um 10:00 Uhr (UTC) hat oO" in words
    assert "Es ist nichts übrig." in words


# ---- scripts


def test_scripts_have_no_words_of_their_own() -> None:
    """What they say stands in the pages, where it is translated."""
    scripts = [*(project.ROOT / "static/js").glob("*.js"), project.ROOT / "templates/tips/sw.js"]
    assert scripts
    for script in scripts:
        code = re.sub(r"(?m)^\s*//.*$", "", script.read_text())
        said = re.findall(r"""["'`]([A-Z][a-z]+ [a-z]+[^"'`\n]*)["'`]""", code)
        assert not said, f"{script.name}: {said}"
