from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import User
from adminconsole.access.recent import ProofWanted, is_recent, sent_to_proof
from adminconsole.asking.base import LONGEST_SQL, MOST_ROWS, Answer, ReasonWanted, Refused
from adminconsole.asking.columns import tables
from adminconsole.asking.running import ask, target_of
from adminconsole.asking.showing import chart_of, csv_lines, is_number, text_of
from adminconsole.asking.waiting import put_by, take_back
from adminconsole.audit.marks import mark_of
from adminconsole.audit.noted import Noted
from adminconsole.audit.recording import LONGEST_WHY, record
from adminconsole.base import Asked, ConsolePage, PageManifest, Permission, Section
from adminconsole.models import SavedQuery

EXAMPLES = (
    (
        _("Tips shown by day, and the part that was done"),
        "select day, sum(count) as shown,\n"
        "  sum(case when reaction = 'done' then count else 0 end) as done\n"
        "from adminconsole_tipday\ngroup by day\norder by day",
    ),
    (
        _("Connections by source and state"),
        "select source, state, count(*) as connections\n"
        "from integrations_connection\ngroup by source, state\norder by connections desc",
    ),
    (
        _("Calls of models by purpose: how many, and how long they took"),
        "select purpose, count(*) as calls, avg(ms) as ms\n"
        "from agents_modelcall\ngroup by purpose\norder by calls desc",
    ),
)
LONGEST_NAME = 80


class Sql(ConsolePage):
    manifest = PageManifest(
        key="sql",
        title=_("SQL"),
        says=_("What no other page answers: one SELECT, read-only, and on record."),
        icon="database",
        section=Section.TEAM,
        rank=20,
        permission=Permission.QUERY,
        has_period=False,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Two queries, besides what is asked. The SQL never stands in an address, which is kept in
        logs and histories: it is sent to this page, like all that one does here.

        To look runs nothing: it only shows again what waited for a proof."""
        mine = SavedQuery.objects.filter(by=mark_of(asked.staff.pk)).order_by("name")
        is_sent = asked.request.method == "POST"
        given = _given(asked.request) if is_sent else take_back(asked.staff)
        if saved := mine.filter(pk=_key(given.get("saved", ""))).first():
            given = {**given, "sql": saved.sql, "name": saved.name}
        found = _do(asked, given, saved)
        may_reveal = asked.may(Permission.REVEAL)
        return {
            "sql": given.get("sql", ""),
            "name": given.get("name", ""),
            "personal": _personal(asked.staff, given),
            "why": given.get("why", ""),
            "longest_why": LONGEST_WHY,
            "may_reveal": may_reveal,
            "most_rows": MOST_ROWS,
            "saved": mine,
            "examples": EXAMPLES,
            "tables": [table for table in tables() if table.columns(personal=may_reveal)],
            **found,
        }

    def more_urls(self) -> list[URLPattern]:
        return [path("csv/", download, name="page_sql_csv")]


@require_POST
def download(request: HttpRequest) -> HttpResponseBase:
    """The same question, asked again under the same limits."""
    staff, given, at = cast("User", request.user), _given(request), timezone.now()
    try:
        answer = _answer(request, staff, given, at=at)
    except ProofWanted:
        return sent_to_proof(request)
    except Refused as refused:
        return StreamingHttpResponse([str(refused)], content_type="text/plain", status=400)
    return StreamingHttpResponse(
        csv_lines(answer),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="oo-{at:%Y-%m-%d-%H%M}.csv"'},
    )


def _do(asked: Asked, given: Mapping[str, str], saved: SavedQuery | None) -> dict[str, Any]:
    match given.get("do", ""):
        case "run":
            return _run(asked, given)
        case "save":
            _want_proof(asked.request, asked.staff, given, at=asked.at)
            _save(asked, given)
        case "delete" if saved is not None:
            _want_proof(asked.request, asked.staff, given, at=asked.at)
            with transaction.atomic():
                saved.delete()
                _tell(asked, Noted.DELETED_QUERY, given)
            messages.success(asked.request, _("The question is not kept any more."))
    return {}


def _run(asked: Asked, given: Mapping[str, str]) -> dict[str, Any]:
    try:
        answer = _answer(asked.request, asked.staff, given, at=asked.at)
    except ReasonWanted as wanted:
        return {"why_wanted": wanted}
    except Refused as refused:
        return {"refused": refused, "place": _place(given["sql"], refused.position)}
    return {"answer": answer, "rows": _shown(answer), "chart": chart_of(answer)}


def _answer(request: HttpRequest, staff: User, given: Mapping[str, str], *, at: datetime) -> Answer:
    """Raises Refused, and ProofWanted for personal columns."""
    if personal := _personal(staff, given):
        _want_proof(request, staff, given, at=at)
    return ask(staff, given["sql"], personal=personal, at=at, why=given["why"])


def _want_proof(
    request: HttpRequest, staff: User, given: Mapping[str, str], *, at: datetime
) -> None:
    """Raises ProofWanted; what they wrote is in the form again when they come back."""
    if not is_recent(request, at):
        put_by(staff, {name: given[name] for name in ("sql", "name", "personal", "why")})
        raise ProofWanted


def _save(asked: Asked, given: Mapping[str, str]) -> None:
    name, sql = given["name"].strip(), given["sql"].strip()
    if not name or not sql:
        messages.error(asked.request, _("What is kept has a name and a text."))
        return
    with transaction.atomic():
        SavedQuery.objects.update_or_create(
            by=mark_of(asked.staff.pk), name=name, defaults={"sql": sql, "at": asked.at}
        )
        _tell(asked, Noted.SAVED_QUERY, given)
    messages.success(asked.request, _("Kept."))


def _tell(asked: Asked, action: str, given: Mapping[str, str]) -> None:
    record(asked.staff, action, at=asked.at, target=target_of(given["sql"], personal=False))


def _given(request: HttpRequest) -> dict[str, str]:
    most = {
        "sql": LONGEST_SQL + 1,
        "name": LONGEST_NAME,
        "why": LONGEST_WHY,
        "do": 10,
        "saved": 20,
        "personal": 1,
    }
    return {
        name: request.POST.get(name, "").replace("\x00", "").replace("\r\n", "\n")[:length]
        for name, length in most.items()
    }


def _key(given: str) -> int:
    """0 for what is no key: no row has it."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def _personal(staff: User, given: Mapping[str, str]) -> bool:
    return bool(given.get("personal")) and staff.has_perm(Permission.REVEAL)


def _shown(answer: Answer) -> list[list[tuple[str, bool]]]:
    """(text, whether it is a number) of each cell; "" for NULL."""
    return [[(text_of(cell), is_number(cell)) for cell in row] for row in answer.rows]


def _place(sql: str, position: int) -> tuple[int, str] | None:
    """The number of the line that an error is in, and the line."""
    if not 0 < position <= len(sql):
        return None
    before = sql[: position - 1]
    line = before.count("\n")
    return line + 1, sql.splitlines()[line] if sql.splitlines()[line:] else ""
