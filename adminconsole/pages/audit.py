from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from adminconsole.audit.marks import mark_of, names_of_staff
from adminconsole.audit.noted import title_of
from adminconsole.base import Action, Asked, ConsolePage, PageManifest, Section
from adminconsole.looking.people import key_of
from adminconsole.models import AuditEntry
from adminconsole.registry import PAGES
from oo.lib.words import Words

A_PAGE = 50
Known = dict[str, tuple[str, Action, dict[str, Action]]]
Done = tuple[str, str, str]  # action, person, target


@dataclass(frozen=True, slots=True)
class Entry:
    row: AuditEntry
    who: str  # "" for whoever is not staff any more
    page: str  # on which the action stands
    action: Action | None
    undo: Action | None

    @property
    def title(self) -> Words:
        return self.action.title if self.action else title_of(self.row.action)

    @property
    def undo_target(self) -> str:
        return self.action.undoes(self.row.target) if self.action else ""


class Audit(ConsolePage):
    manifest = PageManifest(
        key="audit",
        title=_("Audit log"),
        says=_("Who of the team did what, to whom, when and why?"),
        icon="history",
        section=Section.TEAM,
        rank=10,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Five queries, and one to find a person."""
        rows = AuditEntry.objects.within(asked.period).order_by("-at", "-pk")
        if action := asked.given("action"):
            rows = rows.filter(action=action)
        if person := asked.given("person"):
            rows = rows.filter(person=mark_of(key_of(person)))
        if staff := asked.given("staff"):
            rows = rows.filter(staff=mark_of(key_of(staff)))
        page = Paginator(rows, A_PAGE).get_page(asked.given("page"))
        return {
            "entries": list(_entries(asked, page.object_list)),
            "rows": page,
            "known": _known(AuditEntry.objects.within(asked.period).actions()),
            "given": {name: asked.given(name) for name in ("action", "person", "staff")},
        }


def _entries(asked: Asked, rows: Any) -> Iterator[Entry]:
    names, known, rows = names_of_staff(), _actions(), list(rows)
    undone = _undone(rows, known)
    for row in rows:
        key, action, others = known.get(row.action, ("", None, {}))
        undo = others.get(action.inverse) if action else None
        if undo is not None and (row.pk in undone or not asked.may(undo.permission)):
            undo = None
        yield Entry(row, names.get(row.staff, ""), key, action, undo)


def _undone(rows: Sequence[AuditEntry], known: Known) -> set[int]:
    """Those of these rows after which their inverse was done to the same. One query."""
    inverses: dict[int, Done] = {}
    for row in rows:
        _page, action, _others = known.get(row.action, ("", None, {}))
        if action is not None and action.inverse:
            inverses[row.pk] = (action.inverse, row.person, action.undoes(row.target))
    if not inverses:
        return set()
    later = AuditEntry.objects.filter(
        pk__gt=min(inverses),
        action__in={action for action, _person, _target in inverses.values()},
        target__in={target for _action, _person, target in inverses.values()},
    )
    newest = later.order_by().values_list("action", "person", "target").annotate(last=Max("pk"))
    last = {(action, person, target): pk for action, person, target, pk in newest}
    return {pk for pk, inverse in inverses.items() if last.get(inverse, 0) > pk}


def _actions() -> Known:
    """By key: on which page it stands, the action, and all actions of that page."""
    return {
        action.key: (page.manifest.key, action, {each.key: each for each in page.actions})
        for page in PAGES
        for action in page.actions
    }


def _known(codes: Iterable[str]) -> list[tuple[str, str]]:
    """With what they are called, by that."""
    titles = {key: str(action.title) for key, (_page, action, _others) in _actions().items()}
    pairs = ((code, titles.get(code) or title_of(code)) for code in codes)
    return sorted(pairs, key=lambda pair: pair[1])
