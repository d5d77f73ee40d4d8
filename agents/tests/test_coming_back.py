"""Whoever presses something on the page of the mind comes back to the row that they pressed it in,
and what was said is said there."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.privacy.consents import grant
from agents.models import Preference, Reading
from agents.view import load_view
from tests.clock import NOON
from tests.factories import make_event, make_task

pytestmark = pytest.mark.django_db
MIND = "/settings/mind"
WORDS = "a" * 32


def row(page: str, name: str) -> str:
    """The row of this id, which has to be one."""
    (found,) = re.findall(rf'<li class="[^"]*" id="{name}".*?\n    </li>', page, re.DOTALL)
    return str(found)


def post(client: Client, name: str, *args: str, **data: str) -> str:
    answer = client.post(reverse(f"agents:{name}", args=args), data)
    assert answer.status_code == 302
    return str(answer["Location"])


@pytest.fixture
def read(alice: User) -> User:
    make_task(alice, "Send the photos to Bea", words_digest=WORDS)
    Reading.objects.create(
        user=alice, kind="task", words=WORDS, reader="words", version=1, read_at=NOON,
        traits={"waits": {"value": "Bea", "quote": "to Bea"}},
    )  # fmt: skip
    return alice


# ---- angles -------------------------------------------------------------------------------------


def test_an_angle_is_switched_in_its_row_which_says_so(alice: User, alice_client: Client) -> None:
    as_it_was = row(alice_client.get(MIND).content.decode(), "plugin-momentum")
    assert 'name="switch" value="off"' in as_it_was
    assert "<details" not in as_it_was
    back = post(alice_client, "prefs", "momentum", switch="off")
    assert back == f"{MIND}#plugin-momentum"
    assert Preference.objects.get(user=alice).values == {"on": False}
    page = alice_client.get(MIND).content.decode()
    off = row(page, "plugin-momentum")
    assert "row--off" in off
    assert '<span class="tag">Off</span>' in off
    assert 'name="switch" value="on"' in off
    assert 'tabindex="-1"' in off
    assert "Saved." in off
    assert page.count("Saved.") == page.count("row--off") == 1
    post(alice_client, "prefs", "momentum", switch="on")
    assert "row--off" not in alice_client.get(MIND).content.decode()


def test_the_switch_leaves_what_else_was_set(alice: User, alice_client: Client) -> None:
    """Of what has no switch it switches nothing, and says that nothing fits."""
    post(alice_client, "prefs", "good_sense", quiet_from="21:00", quiet_until="08:00")
    url = reverse("agents:prefs", args=["good_sense"])
    assert alice_client.post(url, {"switch": "off"}).status_code == 422
    assert Preference.objects.get(user=alice).values["quiet_from"].startswith("21:00")


def test_when_it_speaks_is_saved_where_it_is_set(alice_client: Client) -> None:
    back = post(alice_client, "prefs", "good_sense", quiet_from="21:00", quiet_until="08:00")
    assert back == f"{MIND}#plugin-good_sense"
    page = alice_client.get(MIND).content.decode()
    before, _start, section = page.partition('id="plugin-good_sense"')
    assert "Saved." not in before
    assert "Saved." in section.partition("</section>")[0]


# ---- tasks --------------------------------------------------------------------------------------


def test_not_so_comes_back_to_the_task(read: User, alice_client: Client) -> None:
    back = post(alice_client, "understood", WORDS, not_so="waits")
    assert back == f"{MIND}#task-{WORDS}"
    task = row(alice_client.get(MIND).content.decode(), f"task-{WORDS}")
    assert 'tabindex="-1"' in task
    assert 'name="is_so" value="waits"' in task


def test_where_the_task_leaves_the_page_one_comes_back_to_its_section(
    alice: User, alice_client: Client
) -> None:
    make_task(alice, "Send the photos", words_digest=WORDS)
    post(alice_client, "row", "task", WORDS, trait="waits", value="Anna")
    assert f'id="task-{WORDS}"' in alice_client.get(MIND).content.decode()
    back = post(alice_client, "understood", WORDS, is_so="waits")
    assert back == f"{MIND}#understood"
    assert f'id="task-{WORDS}"' not in alice_client.get(MIND).content.decode()


def test_two_tasks_of_the_same_words_are_one_row(read: User, alice_client: Client) -> None:
    make_task(read, "Send the photos to Bea", words_digest=WORDS, external_id="again")
    assert len(load_view(read.pk, at=NOON).tasks) == 2
    row(alice_client.get(MIND).content.decode(), f"task-{WORDS}")


def test_the_name_of_a_task_leads_to_all_that_can_be_known_of_it(
    read: User, alice_client: Client
) -> None:
    task = row(alice_client.get(MIND).content.decode(), f"task-{WORDS}")
    url = reverse("agents:row", args=["task", WORDS])
    assert f'<a href="{url}">Send the photos to Bea</a>' in task
    assert "Add what oO should know" not in task


# ---- the page of one task -----------------------------------------------------------------------


def test_the_task_is_the_heading_of_its_page(read: User, alice_client: Client) -> None:
    page = alice_client.get(reverse("agents:row", args=["task", WORDS])).content.decode()
    assert '<h1 class="page__heading"><bdi>Send the photos to Bea</bdi></h1>' in page
    assert f'class="page__up" href="{MIND}#task-{WORDS}"' in page


def test_one_comes_back_to_what_was_said_of_it(read: User, alice_client: Client) -> None:
    url = reverse("agents:row", args=["task", WORDS])
    for said in ({"not_so": "waits"}, {"is_so": "waits"}, {"trait": "waits", "value": "Anna"}):
        assert post(alice_client, "row", "task", WORDS, **said) == f"{url}#{WORDS}-waits"
        assert f'id="{WORDS}-waits" tabindex="-1"' in alice_client.get(url).content.decode()


def test_a_few_questions_are_asked_at_once(read: User, alice_client: Client) -> None:
    url = reverse("agents:row", args=["task", WORDS])
    page = alice_client.get(url).content.decode()
    asked, more, others = page.partition('<details class="more">')
    assert asked.partition('id="add"')[2].count('<li class="trait"') == 4
    assert "When can it be done?" in asked
    assert more
    assert others.count('<li class="trait"') == 8
    unfit = alice_client.post(url, {"trait": "unblocks", "value": ""}).content.decode()
    assert '<details class="more" open>' in unfit
    assert (
        '<details class="more">'
        in alice_client.post(url, {"trait": "effort", "value": "9999"}).content.decode()
    )


def test_the_three_questions_of_an_event_are_asked_at_once(
    alice: User, alice_client: Client
) -> None:
    make_event(alice, title="Concert", words_digest=WORDS)
    page = alice_client.get(reverse("agents:row", args=["event", WORDS])).content.decode()
    assert page.count('<li class="trait"') == 3
    assert 'class="more"' not in page
    assert f'class="page__up" href="{MIND}"' in page


def test_the_page_of_the_mind_leads_to_the_settings(alice_client: Client) -> None:
    assert 'class="page__up" href="/settings/"' in alice_client.get(MIND).content.decode()


def test_what_it_sees_is_told_without_a_unit(alice: User, alice_client: Client) -> None:
    grant(alice.pk, "tasks", by="connect", at=NOON)
    make_task(alice, "Pay the rent")
    assert '<p class="row__note">Open tasks</p>' in alice_client.get(MIND).content.decode()
