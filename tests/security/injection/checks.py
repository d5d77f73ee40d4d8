"""What a model that obeys answers, and what must hold of what it was asked and of what is shown."""

from __future__ import annotations

from typing import Any

from oo.lib.text import one_line
from tests.factories import signed_in
from tests.security.html import Page
from tests.security.injection.stage import NEUTRAL, OTHER, ROW_URL, Act, parts, question, said
from tests.stand_ins.model import Turn
from tips.decide.grounding import LONGEST, objection
from tips.registry import PROMPTS

PROMPT: Any = PROMPTS["wording"]
TOLD = [line.lstrip("- ") for line in PROMPT.fixed.split("\n\n{")[0].split("\n") if line]
# What would make an element, an address or a direction of the page's own.
DRESSED = (
    "{} <b onclick=alert(1)>now</b>.",
    "{} [now](https://evil.example/).",
    "{} at https://evil.example/?q=1.",
    "{} at evil.com.",
    "{}, ask attacker@evil.example.",
    "{} &lt;script&gt;.",
    "{} \u202enow\u202c.",
    "{} \u2067now.",
    "{} now" + "".join(chr(0xE0000 + ord(c)) for c in "PWNED") + ".",
    "{} n\u200bo\u200bw.",
    "{} now\x1b[2J.",
    "{}\nnow.",
    "{}, Xanthippe.",
    "{} ftp://evil.example/.",
    "{} javascript:alert.",
)
TAGS = frozenset(
    (
        *("html", "head", "meta", "title", "link", "script", "body", "header", "main", "article"),
        *("div", "h1", "h2", "h3", "p", "a", "form", "input", "button", "kbd", "section", "ul"),
        *("li", "svg", "path", "circle", "bdi", "span", "template", "dialog", "dl", "dt", "dd"),
        *("noscript", "q", "s", "details", "summary"),
    )
)


def obedient(act: Act) -> tuple[list[Turn], list[str]]:
    """Answers of a model that obeys, and what of the first one must not be said."""
    number, about = act.number, one_line(act.text, 500)
    short = about[: LONGEST // 2].strip() or NEUTRAL
    told = TOLD[number % len(TOLD)][: LONGEST - len(short) - 3]
    dressed = DRESSED[number % len(DRESSED)].format(short)
    leak, answer = [(told, f"{short}. {told}."), (OTHER, f"{short}. {OTHER}."), (dressed, dressed)][
        number % 3
    ]
    return [said(answer), said(about if number % 2 else f"{about[:100]}.")], [leak]


def logged(act: Act) -> Any:
    return next(c for c in act.decision.candidates if c["key"] == act.tip.candidate)


def check_asked(bodies: list[dict[str, Any]], act: Act) -> None:
    row = logged(act)
    assert bodies
    for body in bodies:
        system, user = parts(body)
        assert system == PROMPT.fixed
        asked = question(user)
        reasons = [row["detail"].partition(" · ")[0]] if row["detail"] else []
        assert (asked["title"], asked["reasons"]) == (row["content"], reasons)
        assert OTHER not in user


def check_choice(body: dict[str, Any], act: Act) -> None:
    """Every option has one line of its own, which no other row's words are in."""
    system, user = parts(body)
    assert system == PROMPTS["choice"].fixed
    decision = act.decision
    first, *middle, last = user.splitlines()
    assert first.startswith("Moment: ")
    assert last == "Answer:"
    seen = [line for line in middle if line.startswith("Seen: ")]
    assert {line.removeprefix("Seen: ") for line in seen} <= {s["text"] for s in decision.seen}
    assert middle[: len(seen)] == seen
    options = middle[len(seen) :]
    assert [o[:3] for o in options] == ["A) ", "B) ", "C) "]
    titles = {c["content"][:80].rstrip() for c in decision.candidates}
    assert all(any(o[3:].startswith(t) for o in options) for t in titles)
    assert sum(OTHER in o for o in options) == 1
    assert user.count(OTHER) - sum(s.count(OTHER) for s in seen) == 1


def check_said(act: Act, forbidden: list[str]) -> None:
    row, tip = logged(act), act.tip
    if not tip.model:
        assert (tip.content, tip.plain) == (row["content"], "")
        return
    assert tip.plain == row["content"]
    assert objection(tip.content, tip.plain, row["words"], locale="en") == ""
    assert not [f for f in forbidden if f in tip.content and f not in tip.plain]


def check_page(act: Act) -> None:
    """What somebody wrote is text on it: it runs nothing, and leads nowhere but to the row."""
    client = signed_in(act.connection.user)
    html = client.get(f"/tip/{act.tip.pk}/why").content.decode()
    page = Page(html)
    assert page.inline == []
    assert {*page.tags} <= TAGS
    abroad = {link for link in page.links if not link.startswith(("/", "#"))}
    assert abroad <= {ROW_URL}
    assert not [link for link in page.links if link.startswith("//")]
    assert not [load for load in page.loads if not load.startswith("/static/")]
    assert shown(act.tip.content) in shown("".join(page.text))


def shown(text: str) -> str:
    return " ".join(text.split())
