"""What a task is done before: the event that its words name, or share a word with. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, takewhile

from agents.base import EventView, TaskView, UserView
from agents.traits import EventKind, Prepares, Trait

# What is begun a little late is ready all the same; what is longer ahead is not what it is for.
STILL_READY, NEAR_ENOUGH = 0.8, timedelta(hours=16)
NOT_PREPARED = frozenset({EventKind.FOCUS, EventKind.SLEEP, EventKind.MARKER, EventKind.HOLIDAY})
MARKED = 0.5  # from here on what a task is for is a name
PARTS = re.compile(r"[,:;()\u2013|/]")  # what parts an event's title
SHORTEST_NAME = 3  # letters of a word by which an event is found
SHORTEST_STEM, STEM_SHARE = 5, 0.7  # letters that two words of one stem begin with
OWNER = re.compile(r"(?<!\w)(\w{3,})['\u2019]s\b")  # whose it is: no other word, however short
UNPARTED = re.compile(r"[\u3400-\u9fff]{2,}|[\u30a0-\u30ff]{3,}")  # words where no space parts them
# What is related begins within so long, and the word is so long and stands in so few rows.
RELATED_WITHIN = timedelta(hours=36)
SHORTEST_SHARED, MOST_TASKS, MOST_EVENTS = 6, 2, 3
# Of words that long, those that tell no thing: when it is, how it stands to others, what everything
# in a calendar is.
TELL_NOTHING = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february september october
    november december morning afternoon evening tonight tomorrow weekend before behind between
    beside during without within through around another should please meeting appointment
    reminder session update review planning training montag dienstag mittwoch donnerstag freitag
    samstag sonnabend sonntag januar februar august oktober dezember morgen vormittag nachmittag
    abends wochenende zwischen während gegenüber termin besprechung treffen erinnerung sitzung
    planung mercredi vendredi samedi dimanche janvier février juillet septembre octobre novembre
    décembre demain soirée pendant depuis encore réunion rendez séance rappel domingo martes
    miércoles jueves viernes sábado febrero agosto septiembre octubre noviembre diciembre mañana
    durante después reunión llamada recordatorio sesión segunda quarta quinta janeiro fevereiro
    setembro outubro novembro dezembro amanhã depois reunião chamada lembrete sessão lunedì
    martedì mercoledì giovedì venerdì sabato domenica gennaio febbraio settembre ottobre
    dicembre domani mattina pomeriggio riunione chiamata promemoria seduta maandag dinsdag
    woensdag donderdag vrijdag zaterdag zondag januari februari augustus middag tijdens
    vergadering afspraak herinnering
    """.split()  # noqa: SIM905  # as a list it would fill a page
)


def find_prepared(prepares: Trait[Prepares], view: UserView, title: str = "") -> EventView | None:
    """The next event that is meant, by its id or by a word that both share.

    A word that may only say whose it is ("a quote for Dad") has to say what the event is, which is
    how its title begins: not "Mass with Dad". What only says how long it needs ("24 h to thaw") is
    for what names it by a word of the task's `title`, and else for what it can be ready for.
    """
    if prepares.value == Prepares(lead=prepares.value.lead):
        return _find_named(title, view) or _find_coming(prepares.value.lead, view)
    words, is_marked = _names(prepares.value.what), prepares.confidence >= MARKED
    for event in (*view.events, *view.later_events):
        if event.starts_at <= view.now:
            continue
        title = event.title if is_marked else _beginning(event.title)
        is_of_kind = event.kind is not None and event.kind is prepares.value.kind
        if event.id == prepares.value.event_id or is_of_kind or _share_a_name(words, _names(title)):
            return event
    return None


def _beginning(title: str) -> str:
    """Its first two words, but for those as short as "de"."""
    words = (word for word in PARTS.split(title)[0].split() if len(word) >= SHORTEST_NAME)
    return " ".join(islice(words, 2))


def _find_named(title: str, view: UserView) -> EventView | None:
    """ "Take the leg of lamb out", before "Lunch: leg of lamb for nine"; "Jess shoes", before
    "Jess's wedding".
    """
    names = _names(title)
    words = {word for word in names if len(word) >= SHORTEST_STEM}
    known = (*view.events, *view.later_events)
    coming = (event for event in known if event.starts_at > view.now)
    return next((e for e in coming if words & _names(e.title) or names & _owners(e.title)), None)


def _owners(title: str) -> set[str]:
    return {name.casefold() for name in OWNER.findall(title)}


def _find_coming(lead: timedelta, view: UserView) -> EventView | None:
    """What needs so long is for the first thing that it can still be ready for, if that is near."""
    for event in view.events:
        if event.is_all_day or event.kind in NOT_PREPARED:
            continue
        if STILL_READY * lead <= event.starts_at - view.now <= lead + NEAR_ENOUGH:
            return event
    return None


def _share_a_name(some: set[str], others: set[str]) -> bool:
    """The same word, or one stem: "Ableser" and "Ablesung", "interview" and "interviews"."""
    return bool(some & others) or any(_are_kin(one, other) for one in some for other in others)


def _are_kin(one: str, other: str) -> bool:
    stem = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return stem >= SHORTEST_STEM and stem >= STEM_SHARE * min(len(one), len(other))


def _names(text: str) -> set[str]:
    bare = ("".join(c if c.isalnum() else " " for c in text.casefold())).split()
    words = {word for word in bare if len(word) >= SHORTEST_NAME or not word.isascii()}
    return words | set(UNPARTED.findall(text))


@dataclass(frozen=True, slots=True)
class _Shared:
    """What is near, with the words by which something may be for it."""

    near: tuple[tuple[EventView, set[str]], ...]  # each with its words
    in_tasks: Counter[str]
    in_events: Counter[str]


def find_related(task: TaskView, view: UserView) -> EventView | None:
    """Of what has no day, what begins soon and shares a word with the title that hardly any other
    row has: "To the tip with the trailer", before "Trailer back to Paul". Nobody said that it is
    for that.
    """
    shared = _shared(view)
    if not shared.near or task.due_on is not None or task.deadline_on is not None:
        return None
    rare = {
        name
        for name in _telling(_names(task.title))
        if shared.in_tasks[name] <= MOST_TASKS and shared.in_events[name] <= MOST_EVENTS
    }
    for event, words in shared.near:
        if _share_a_name(rare, words):
            return event
    return None


def _shared(view: UserView) -> _Shared:
    if "shared" not in view.memo:
        near = tuple(
            (event, _telling(_names(event.title)))
            for event in view.events
            if not event.is_all_day and timedelta() < event.starts_at - view.now <= RELATED_WITHIN
        )
        tasks, events = (view.tasks, view.events) if near else ((), ())
        view.memo["shared"] = _Shared(
            near,
            Counter(word for task in tasks for word in _names(task.title)),
            Counter(word for event in events for word in _names(event.title)),
        )
    found: _Shared = view.memo["shared"]
    return found


def _telling(names: Iterable[str]) -> set[str]:
    long = {name for name in names if len(name) >= SHORTEST_SHARED and not name.isdigit()}
    return long - TELL_NOTHING
