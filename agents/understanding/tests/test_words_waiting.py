"""Who waits, what stands still until then, and what somebody else has to do first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agents.traits import TaskWords, Traits
from agents.understanding.readers.words import WordsReader

MONDAY = date(2026, 6, 1)


def read(title: str, description: str = "", **fields: Any) -> Traits:
    return WordsReader().read_task(TaskWords(title, description, added_on=MONDAY, **fields))


@pytest.mark.parametrize(
    "title",
    [
        "Reference for Leyla, she rings every day",
        "Key for the hall - caretaker has asked 3x",
        "Send Tomek the plan, he keeps dropping hints",
        "Owe Birgit an answer about the tent",
        "Left him hanging over the van hire",
        "Move the trailer, the baker is boxed in",
        "Zeugnis für Jana, hat schon 2x angerufen",
        "Plan an Uli, sonst kann er nicht bestellen",
        "Chiavi a Marta, chiede ogni giorno",
        "Planning de juin, Nadège relance tous les jours",
        "Enviar fotos, Marisa pregunta cada día",
        "Rooster sturen, Ilse vraagt er steeds naar",
        "Mandar o laudo, a Rosa já ligou duas vezes",
        "Drawings to Milan, he can't cut without them",
        "Look at Bea's draft, she's stuck on it",
        "Formular für Timo, er kommt sonst nicht weiter",
        "4th message from Mrs Lund about the lamp",
    ],
)
def test_who_asks_again_or_can_do_nothing_meanwhile_waits(title: str) -> None:
    found = read(title).waits
    assert found is not None
    assert found.quote in title


@pytest.mark.parametrize(
    "title",
    [
        "Wait staff rota",
        "Call Ana again",
        "Llama otra vez a Marta",
        "Order more flour, only 2 bags left",
        "Nothing to do with the old printer: recycle it",
        "Pills twice a day",
        "Ring binder and a ruler",
        "Kuchen ohne Nüsse",
        "Hang the curtains",
        "Ask Noor when she wants the boxes",
        "Update the page, can't get in until IT resets my login",
    ],
)
def test_who_does_not_ask_for_it_does_not_wait(title: str) -> None:
    assert read(title).waits is None


@pytest.mark.parametrize(
    "title",
    [
        "New fuse, cold store is dead till then",
        "Fax the form, no payment til its in, nothing",
        "Sign the release so the order can go in",
        "Test the urn, then the stall can open",
        "Fusible nuevo, el horno está parado hasta que lo cambie",
        "Marca da bollo: senza non parte la pratica",
        "Sicherung wechseln, Ofen steht so lange still",
        "Renew the key, the builds are blocked on it",
        "Clear the loft so the boards can go down",
        "Comprar arena, si no la obra no avanza",
    ],
)
def test_what_stands_still_until_it_is_done_can_go_on_then(title: str) -> None:
    found = read(title).unblocks
    assert found is not None
    assert found.quote in title


@pytest.mark.parametrize(
    ("title", "until"),
    [
        ("Contract - with legal", None),
        ("Order tiles (pending Rita's sizes)", None),
        ("WF: Oskar re rota", None),
        ("BLOCKED roof felt", None),
        ("Letter for Mr Ode, scans not back", None),
        ("Book the coach, head hasn't agreed", None),
        ("Print the sheet, Father Ray to confirm hymns first", None),
        ("Hang shelves, Pavel's got the drill till Thursday", date(2026, 6, 4)),
        ("Varnish the floor, tenants not out till 9 June", date(2026, 6, 9)),
        ("Stitches out, not before the 12th", date(2026, 6, 12)),
        ("Mow, too wet", None),
        ("Sow when the counts come in", None),
        ("Second coat, first one still tacky", None),
        ("Plant out, no point till the frost is gone", None),
        ("Hang the mirror, hooks on backorder, ship 18 June", date(2026, 6, 18)),
        ("Lay the floor, screed has to dry til the 10th", date(2026, 6, 10)),
        ("Sell the car, my aunt's still driving it", None),
        ("Zusage geben, erst muss sich die Kita melden", None),
        ("Pagar el viaje cuando Inma confirme", None),
        ("Statement, client in Lisbon, back 9 June", date(2026, 6, 9)),
        ("Hecke schneiden, Leiter verliehen an Jochen bis Freitag", date(2026, 6, 5)),
        ("Abrechnung machen, Beleg fehlt noch", None),
        ("Estrich, noch feucht", None),
        ("Semis, Odile n'a pas encore validé", None),
        ("Matricula, secretaría cerrada, reabre el 19 de junio", date(2026, 6, 19)),
        ("Modulo, la segreteria non ha ancora risposto", None),
        ("Schutting beitsen, hout nog nat", None),
        ("Instalar a máquina, ainda não chegou", None),
    ],
)
def test_what_somebody_else_has_to_do_first_blocks(title: str, until: date | None) -> None:
    found = read(title).blocked
    assert found is not None
    assert found.value.until == until
    assert found.quote in title


@pytest.mark.parametrize(
    ("title", "description"),
    [
        ("Blocked drain", ""),
        ("Pending tray: tidy", ""),
        ("Ring the yard", "parts not back"),  # a reason to ring
        ("Pay the plumber", "not paid yet"),
        ("Rechnung Kröger", "noch nicht bezahlt"),
        ("Take the books back Monday", ""),
        ("Once a week: water the ferns", ""),
        ("Plank, hold 45 sec", ""),
        ("Ring Nan before she goes", "her phone's off after till Monday"),
        ("Ladder and hooks into the van", "stehen in der Werkstatt"),
        ("Bottles to the bank", "not Sundays, sign says"),
        ("Points for the course", "fehlen noch 6"),
        ("Maps for the hike", "offline, no signal up there"),
        ("Lunch with Nadia", ""),
        ("Pack, we're away till Friday", ""),
        ("Collect the bike", "shuts 12.30, reopens Tuesday"),
        ("esperar a Rosa na estação 18h", ""),
    ],
)
def test_what_the_person_can_do_is_not_blocked(title: str, description: str) -> None:
    assert read(title, description).blocked is None


@pytest.mark.parametrize(
    ("title", "description"),
    [
        ("Learn to weld, one of these years", ""),
        ("Idea: a stall at the gate", ""),
        ("Would be lovely to scan the slides", ""),
        ("Paint the shed, maybe", ""),
        ("Raised bed", "wäre schön, muss aber nicht sein"),
        ("Quem sabe um dia: acordeão", ""),
        ("Wunschliste: Hobelbank", ""),
        ("Retaper la barque, un jour...", ""),
    ],
)
def test_what_is_for_someday(title: str, description: str) -> None:
    assert read(title, description).someday is not None


@pytest.mark.parametrize("title", ["Maybe Baby tickets", "Ideas wall"])
def test_what_only_sounds_like_someday(title: str) -> None:
    assert read(title).someday is None
