"""Who there is: accounts, what they agreed to and connected, and how far each of them came."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from hashlib import sha256
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import Consent, Profile, User
from accounts.privacy.catalogue import IMPLIED, OWN
from accounts.privacy.kinds import ConsentKind
from adminconsole.demo.base import DAY_S, Plan, Row, Rows, dashed, moment, new_id, stamp
from adminconsole.demo.words import DEVICES, FIRST, HOMES, LAST, ROLES
from events.catalog import ConnectionChanged, ConsentGranted
from integrations.base import Trouble
from integrations.models import Connection
from integrations.registry import SOURCES
from notifier.models import Device, Wish
from oo.lib.crypto import default_keyring
from oo.lib.fields import EncryptedTextField
from tips.decide.interrupting import Dial
from tips.deliver import trying

# The door of each consent, as Consent.granted_by has it.
SIGN_IN, CONNECT, SETTINGS = "sign-in", "connect", "settings"
CHANNEL = "web-push"
# Their sources do not know them: a worker that asked would find that all have to be reconnected.
NEXT_SYNC_S = 365 * DAY_S


class Stage(StrEnum):
    """How far somebody came."""

    SIGNED_IN = "signed_in"  # and connected nothing
    SILENT = "silent"  # connected, and never answered
    LAPSED = "lapsed"  # was active once
    ACTIVE = "active"


STAGES = {Stage.SIGNED_IN: 12, Stage.SILENT: 10, Stage.LAPSED: 18, Stage.ACTIVE: 60}


@dataclass(slots=True)
class Person:
    number: int
    id: str
    stage: Stage
    is_active: bool
    zone: ZoneInfo
    locale: str
    joined: float
    leaves: float  # when they were here last, at the latest
    tips_a_day: int
    looks: float  # how likely they look at a tip in their best hour
    dial: Dial
    is_curious: bool  # lets oO try moments
    connections: dict[str, str] = field(default_factory=dict)  # by source
    devices: dict[str, Row] = field(default_factory=dict)  # by key

    @property
    def is_connected(self) -> bool:
        return bool(self.connections)


def make_person(plan: Plan, number: int, rows: Rows, rng: Random) -> Person:
    """The person, and the rows that are there before any tip is."""
    person = _draw(plan, number, rng)
    first, last = rng.choice(FIRST), rng.choice(LAST)
    rows.add(
        User,
        id=person.id,
        email=f"{first}.{last}.{number}@example.invalid".lower(),
        name=f"{first} {last}",
        is_superuser=0,
        is_staff=0,
        is_active=int(person.is_active),
        date_joined=stamp(person.joined),
    )
    rows.add(
        Profile,
        user_id=person.id,
        time_zone=person.zone.key,
        zone_is_known=1,
        locale=person.locale,
        role=rng.choice(ROLES[person.locale]),
        single_keys=1,
        updated_at=stamp(person.joined),
    )
    for key in IMPLIED:
        _agree(person, OWN[key], SIGN_IN, person.joined, rows, rng)
    if person.stage is not Stage.SIGNED_IN:
        _connect(plan, person, rows, rng)
        _reach(plan, person, rows, rng)
    return person


def _draw(plan: Plan, number: int, rng: Random) -> Person:
    stage = rng.choices([*STAGES], [*STAGES.values()])[0]
    zone, locale, _ = rng.choices(HOMES, [share for *_rest, share in HOMES])[0]
    # The square root grows: of two equal times, the later one brings three times as many.
    joined = plan.start_s + (plan.now_s - plan.start_s - 7_200) * rng.random() ** 0.5
    leaves = float(plan.now_s)
    if stage is Stage.LAPSED:
        leaves = joined + (plan.now_s - joined) * rng.uniform(0.1, 0.75)
    return Person(
        number=number,
        id=new_id(rng),
        stage=stage,
        is_active=not (stage is Stage.LAPSED and rng.random() < 0.1),
        zone=_zone(zone),
        locale=locale,
        joined=joined,
        leaves=leaves,
        tips_a_day=rng.randint(6, 11),
        looks=rng.betavariate(5, 4) if stage is not Stage.SILENT else 0.15,
        dial=rng.choices([*Dial], (25, 55, 20))[0],
        is_curious=rng.random() < 0.25,
    )


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _agree(person: Person, kind: ConsentKind, by: str, at: float, rows: Rows, rng: Random) -> None:
    rows.add_keyed(
        Consent,
        user_id=person.id,
        key=kind.key,
        wording=kind.version,
        granted_at=stamp(at),
        granted_by=by,
    )
    if at >= kept_since_s(rows.plan):
        rows.event(ConsentGranted, person.id, at, new_id(rng), key=kind.key, wording=kind.version)


def kept_since_s(plan: Plan) -> float:
    """What is older, the daily purge has forgotten: events, decisions, views and deliveries."""
    days = min(settings.OO_EVENTS_KEPT_DAYS, settings.OO_HISTORY_KEPT_DAYS)
    return plan.now_s - days * DAY_S


def _connect(plan: Plan, person: Person, rows: Rows, rng: Random) -> None:
    sources = ["todoist"] + ["google-calendar"] * (rng.random() < 0.8)
    for minutes, key in enumerate(sources, start=2):
        at = min(person.joined + 60 * minutes, plan.now_s - 60)
        for consent in sorted(SOURCES[key].manifest.consents):
            _agree(person, OWN[consent], CONNECT, at, rows, rng)
        _connection(plan, person, key, at, rows, rng)
    if person.is_curious:
        _agree(person, trying.KIND, SETTINGS, min(person.joined + 900, plan.now_s), rows, rng)


def _connection(
    plan: Plan, person: Person, source: str, at: float, rows: Rows, rng: Random
) -> None:
    states = (Connection.State.OK, Connection.State.RETRYING, Connection.State.RECONNECT)
    state = rng.choices(states, (92, 4, 4))[0]
    synced = plan.now_s - rng.uniform(10, SOURCES[source].manifest.sync_every.total_seconds())
    attempts, trouble = 0, ""
    if state is Connection.State.RETRYING:
        attempts, trouble = rng.randint(1, 6), Trouble.UNREACHABLE
        synced -= 3_600 * attempts
    if state is Connection.State.RECONNECT:
        attempts, trouble = 1, Trouble.UNAUTHORIZED
        synced -= DAY_S * rng.randint(1, 4)
    person.connections[source] = key = new_id(rng)
    rows.add(
        Connection,
        id=key,
        user_id=person.id,
        source=source,
        account=str(rng.randrange(10**9)),
        label=SOURCES.title(source),
        credentials=sealed(Connection, "credentials", json.dumps({"token": "made-up"})),
        cursor=json.dumps(_cursor(source, synced, person, rng)),
        state=state,
        connected_at=stamp(at),
        synced_at=stamp(max(at, synced)),
        next_sync_at=stamp(plan.now_s + NEXT_SYNC_S),
        attempts=attempts,
        last_error=trouble,
    )
    if at >= kept_since_s(plan):
        told = {"connection_id": dashed(key), "state": "connected"}
        rows.event(ConnectionChanged, person.id, at, new_id(rng), **told)


def _cursor(source: str, synced: float, person: Person, rng: Random) -> dict[str, object]:
    """How far it was read, in the shape of that source."""
    token = f"{rng.getrandbits(96):024x}"
    if source == "todoist":
        return {"token": token, "projects": {}, "sections": {}, "parents": {}}
    return {"window": f"{moment(synced).astimezone(person.zone):%Y-%m-%d} {person.zone.key}",
            "token": token}  # fmt: skip


def _reach(plan: Plan, person: Person, rows: Rows, rng: Random) -> None:
    """Devices, and when their person wants to be spoken to."""
    if rng.random() < 0.55:
        rows.add(Wish, user_id=person.id, often=person.dial)
    else:
        person.dial = Dial.SOMETIMES
    if person.stage is Stage.SILENT or rng.random() > 0.45:
        return
    for _ in range(1 + (rng.random() < 0.2)):
        address = json.dumps({"endpoint": f"https://push.example.invalid/{new_id(rng)}"})
        key = new_id(rng)
        person.devices[key] = rows.add(
            Device,
            id=key,
            user_id=person.id,
            channel=CHANNEL,
            address=sealed(Device, "address", address),
            digest=sha256(address.encode()).hexdigest(),
            name=rng.choice(DEVICES),
            shows=rng.choice([*Device.Shows]),
            most_a_day=Device.Most.ANY,
            added_at=stamp(min(person.joined + 1_200, plan.now_s)),
        )


def sealed(model: type[Connection | Device], name: str, text: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, EncryptedTextField)
    return default_keyring().encrypt(text, context=field.sealed_context())
