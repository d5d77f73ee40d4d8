"""Advertising and fraud: what strangers write, as far as it is plain.

No sign decides alone: people write "FINAL NOTICE" about their own tax, paste links, and shout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agents.understanding.readers.words.hours import DASHES
from agents.understanding.readers.words.lexicon import Line

# By notion of a language's list, or name of a sign of none: what it counts.
COUNTS: Mapping[str, int] = {
    "offer": 2, "percent": 2, "fraud": 2, "relative": 2, "chain": 2, "lure": 2,
    "menace": 1, "demand": 1, "your": 1, "foreign": 1, "link": 1, "loud": 1,
    "passed_on": 2, "voice": 1, "asked_for": 1, "taken": 1, "hurry": 1, "wares": 1, "strange": 1,
}  # fmt: skip
# What nobody says to themselves; and how much must come together with it, or without.
ANOTHERS = frozenset({"chain", "fraud", "lure", "passed_on", "relative", "voice"})
ENOUGH, ENOUGH_WITHOUT = 3, 4
# However much of these: somebody sent on a link, and was in a hurry.
FRAME = frozenset({"foreign", "link", "loud", "strange", "your"})
LINK = re.compile(
    r"https?:// | \bwww\. | \(link\)"
    r" | \b[\w-]{2,40}\.(?:example|com|net|org|info|xyz|top|site|ly|link|click)\b",
    re.IGNORECASE | re.VERBOSE,
)
# A host made up of a known name and a word, where hosts cost little: "post-parcel.cc".
STRANGE = re.compile(
    r"\b[a-z\d]{1,30}-[a-z\d-]{1,40}\.(?:info|cc|top|xyz|icu|click|help|support|live|online|site|vip"
    r"|link|buzz|club|cfd|sbs|shop|store|app|space|website|world|biz|ru|tk|pw|win|bid|loan|finance)\b"
    r"|\b[a-z\d]{1,30}-(?:fees?|pay|payment|secure|verify|login|refund|redeliver\w{0,2}|tracking|rewards?"
    r"|bonus|claim|update|unlock|gift)\.[a-z]{2,8}\b"
    r"|\b(?:secure|verify|login|refund|claim|unlock|update)-[a-z\d-]{2,40}\.[a-z]{2,8}\b"
    r"|\b[a-z\d]{3,40}\.(?:top|xyz|icu|cfd|sbs|buzz|click|vip|tk|bid|win|loan)\b",
    re.IGNORECASE,
)
FORMAL = re.compile(r"\b[A-ZÄÖÜa-zäöü][a-zäöüß]{2,20}n Sie\b")  # "Zahlen Sie": German capitals tell
LOUD = re.compile("!!|[\u26a0\u26d4\u203c\u2757\U0001f381\U0001f389\U0001f4b0\U0001f6a8]")
SMALL = re.compile(r"[a-zà-ÿ]{2,}")
CAPITALS = re.compile(r"\b[A-ZÀ-ÖØ-Þ]{5,}\b")  # shorter ones are mostly names: IPVA
PATTERNS = (
    ("link", LINK), ("link", STRANGE), ("strange", STRANGE), ("demand", FORMAL), ("loud", LOUD),
)  # fmt: skip
# Those that are one phrase of a list.
PLAIN = ("offer", "fraud", "chain", "lure", "menace", "demand", "foreign", "voice", "asked_for",
         "taken", "hurry", "wares")  # fmt: skip
NEAR = 8  # tokens between a greeting and the new number


def find(title: Line, description: Line) -> str:
    """The words that tell most; "" for what may be a note."""
    found: dict[str, str] = {}
    for name, quote in _signs([title, description]):
        found.setdefault(name, quote)
    enough = ENOUGH if found.keys() & ANOTHERS else ENOUGH_WITHOUT
    if found.keys() <= FRAME or sum(COUNTS[name] for name in found) < enough:
        return ""
    return found[max(found, key=lambda name: COUNTS[name])]


def _signs(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    for line in lines:
        for notion in PLAIN:
            for hit in line.all(notion):
                yield notion, line.quote(hit.start, hit.end)
        yield from _pairs(line)
        yield from _passed_on(line)
        for name, pattern in PATTERNS:
            if sign := pattern.search(line.text):
                yield name, sign.group()
        if SMALL.search(line.text) and (word := CAPITALS.search(line.text)):
            yield "loud", word.group()


def _pairs(line: Line) -> Iterator[tuple[str, str]]:
    """ "your parcel", "dear customer", "90 % off", "-90%", "hi mum, this is my new number"."""
    for name, first, second in (("your", "your", "your_thing"), ("voice", "greeting", "anybody")):
        for hit in line.all(first):
            if behind := line.at(hit.end, second):
                yield name, line.quote(hit.start, behind.end)
    yield from _relatives(line)
    for i, token in enumerate(line.tokens):
        if token.word != "%" or line.number(i - 1) is None:
            continue
        off = line.at(i + 1, "off")
        if off or line.word(i - 2) in DASHES:
            yield "percent", line.quote(i - 1, off.end if off else i + 1)


def _relatives(line: Line) -> Iterator[tuple[str, str]]:
    """Who is spoken to, and has a new number: "dad's new phone" is a note."""
    for hit in line.all("new_number"):
        behind = range(max(0, hit.start - NEAR), hit.start)
        who = next((one for i in behind if (one := line.at(i, "relative"))), None)
        if who and (line.has("greeting") or line.word(who.end) == ","):
            yield "relative", line.quote(who.start, hit.end)


def _passed_on(line: Line) -> Iterator[tuple[str, str]]:
    """ "Send this to 10 friends"."""
    for hit in line.all("pass_on"):
        if line.number(hit.end) is not None and line.at(hit.end + 1, "people"):
            yield "passed_on", line.quote(hit.start, hit.end + 2)
