"""Which event a task is for: one that its words name, or that it shares a word with. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, takewhile

from agents.base import EventView, TaskView, UserView
from agents.traits import EventKind, Prepares, Trait

# Words that give only a lead mean an event that begins between STILL_READY times the lead and the
# lead plus NEAR_ENOUGH from now: a little late is still in time, and what is later is not meant.
STILL_READY, NEAR_ENOUGH = 0.8, timedelta(hours=16)
NOT_PREPARED = frozenset({EventKind.FOCUS, EventKind.SLEEP, EventKind.MARKER, EventKind.HOLIDAY})
MARKED = 0.5  # confidence from which any word of an event's title may match: see find_prepared
PARTS = re.compile(r"[,:;()\u2013|/]")  # between an event's name and the rest of its title
SHORTEST_NAME = 3  # letters of a word by which an event is found
# Two words have one stem if they begin with so many equal letters, and that share of the shorter.
SHORTEST_STEM, STEM_SHARE = 5, 0.7
OWNER = re.compile(r"(?<!\w)(\w{3,})['\u2019]s\b")  # "Jess" in "Jess's wedding"
UNPARTED = re.compile(r"[\u3400-\u9fff]{2,}|[\u30a0-\u30ff]{3,}")  # words without spaces between
# A related event begins within this time; the shared word has at least so many letters, and stands
# in the titles of at most so many tasks and events.
RELATED_WITHIN = timedelta(hours=36)
SHORTEST_SHARED, MOST_TASKS, MOST_EVENTS = 6, 2, 3
# Words of that length that name nothing in particular: days and times, prepositions, and what any
# entry in a calendar may be called.
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
    """The next event that is meant: by its id, by its kind, or by a word that both share.

    Below MARKED the words may only name a person ("a quote for Dad"); then the shared word has to
    be at the beginning of the event's title, which says what it is: not "Mass with Dad". Where the
    words give only a lead ("24 h to thaw"), it is an event that shares a word with the task's
    `title`, or else the first one that the lead fits.
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
    """Its first two words, not counting those as short as "de"."""
    words = (word for word in PARTS.split(title)[0].split() if len(word) >= SHORTEST_NAME)
    return " ".join(islice(words, 2))


def _find_named(title: str, view: UserView) -> EventView | None:
    """The next event with a long word of `title`, or with an owner whom `title` names.

    "Thaw the salmon" finds "Lunch: salmon for nine", and "Jess shoes" finds "Jess's wedding".
    """
    names = _names(title)
    words = {word for word in names if len(word) >= SHORTEST_STEM}
    known = (*view.events, *view.later_events)
    coming = (event for event in known if event.starts_at > view.now)
    return next((e for e in coming if words & _names(e.title) or names & _owners(e.title)), None)


def _owners(title: str) -> set[str]:
    return {name.casefold() for name in OWNER.findall(title)}


def _find_coming(lead: timedelta, view: UserView) -> EventView | None:
    """The first event that begins about `lead` from now: see STILL_READY and NEAR_ENOUGH."""
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
class _SharedWords:
    """Events that begin soon, and in how many titles each word stands."""

    near: tuple[tuple[EventView, set[str]], ...]  # each with its telling words
    in_tasks: Counter[str]
    in_events: Counter[str]


def find_related(task: TaskView, view: UserView) -> EventView | None:
    """For a task without a date, an event that begins soon and shares a rare word with its title.

    "To the tip with the trailer" may be for "Trailer back to Paul". It is a guess: nobody said so.
    """
    shared = _shared_words(view)
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


def _shared_words(view: UserView) -> _SharedWords:
    if "shared" not in view.memo:
        near = tuple(
            (event, _telling(_names(event.title)))
            for event in view.events
            if not event.is_all_day and timedelta() < event.starts_at - view.now <= RELATED_WITHIN
        )
        tasks, events = (view.tasks, view.events) if near else ((), ())
        view.memo["shared"] = _SharedWords(
            near,
            Counter(word for task in tasks for word in _names(task.title)),
            Counter(word for event in events for word in _names(event.title)),
        )
    found: _SharedWords = view.memo["shared"]
    return found


def _telling(names: Iterable[str]) -> set[str]:
    """Those that are long enough, and name something in particular."""
    long = {name for name in names if len(name) >= SHORTEST_SHARED and not name.isdigit()}
    return long - TELL_NOTHING
