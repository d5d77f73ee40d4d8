"""The look through the logs of the tests can fail."""

from __future__ import annotations

import logging

import pytest

from accounts.api_tokens.tokens import make_token
from accounts.models import User
from integrations.models import Connection
from tests.canaries import forget, found_in, listening, plant
from tests.clock import NOON
from tests.factories import make_connection, make_event, make_task

log = logging.getLogger("tips")

pytestmark = pytest.mark.django_db


def said(*texts: object) -> list[str]:
    """What is found of these, each in a line that the other listener does not hear."""
    with listening() as lines:
        for text in texts:
            log.warning("look: %s", text)
        return found_in(lines)


@pytest.fixture(autouse=True)
def _for_nobody_else() -> object:
    """What these tests log by intention is forgotten before the look at the end of each."""
    yield
    forget()


def test_titles_and_addresses_of_the_cast_are_found(alice: User) -> None:
    make_task(alice, "Call the lawyer")
    make_event(alice, title='Dinner with "Eve"\n')
    assert len(said("Call the lawyer", alice.email, 'x Dinner with "Eve"\n', alice.pk)) == 3


def test_what_is_kept_encrypted_is_found_whole_and_in_part(alice: User) -> None:
    make_connection(alice, credentials='{"access_token": "tok-9f8e7d6c5b"}')
    assert Connection.objects.get().credentials
    assert len(said("the token is tok-9f8e7d6c5b", "tok-9f")) == 1


def test_where_it_stands_makes_no_difference(alice: User) -> None:
    with listening() as lines:
        log.info("task", extra={"title": plant("Call the lawyer")})
        log.debug("%s", "Call the lawyer")  # production does not write it
        assert len(found_in(lines)) == 1


def test_words_that_a_log_has_of_its_own_are_no_canaries(alice: User) -> None:
    make_task(alice, "tips")
    assert said("tips") == []


def test_a_token_for_the_api_is_found_whoever_made_it(alice: User) -> None:
    _row, secret = make_token(alice.pk, name="cli", scopes=[], expires_at=None, at=NOON)
    forget()
    # Not logged: the look at the end of this test would find it too, whatever is forgotten.
    assert found_in([f"Bearer {secret}", secret[:20]]) == [f"Bearer {secret}"]
