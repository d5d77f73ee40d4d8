from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import Consent, User
from accounts.privacy import consents
from accounts.profile import zones
from accounts.profile.change import ProfileChange, change_profile
from events.models import EventRecord
from tests.clock import NOON

PAGE = "/settings/"
TYPED = {"name": "Alice A.", "role": "baker", "time_zone": "Asia/Tokyo", "locale": "en"}


def test_a_visitor_is_asked_to_sign_in_first(client: Client, db: None) -> None:
    for method in (client.get, client.post):
        answer = method(PAGE, headers={"Referer": f"http://testserver{PAGE}"})
        assert answer["Location"] == f"{reverse('accounts:sign-in')}?next={PAGE}"


def test_the_page_shows_only_her_own_things(alice_client: Client, bob: User) -> None:
    page = alice_client.get(PAGE).content.decode()
    assert "alice@example.com" in page
    assert "bob@example.com" not in page


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_the_page_knows_no_other_method(alice_client: Client, method: str) -> None:
    assert getattr(alice_client, method)(PAGE).status_code == 405


def test_what_she_types_is_saved(alice: User, alice_client: Client) -> None:
    response = alice_client.post(PAGE, TYPED, follow=True)

    alice.refresh_from_db()
    profile = alice.profile
    profile.refresh_from_db()
    assert (alice.name, profile.role, profile.time_zone) == ("Alice A.", "baker", "Asia/Tokyo")
    assert "Saved." in response.content.decode()


def test_a_zone_that_does_not_exist_is_said_inline_and_nothing_typed_is_lost(
    alice: User, alice_client: Client
) -> None:
    response = alice_client.post(PAGE, TYPED | {"time_zone": "Mars/Olympus"})

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Mars/Olympus"' in page
    assert 'value="baker"' in page
    assert 'id="id_time_zone_error"' in page
    assert 'aria-invalid="true"' in page
    alice.profile.refresh_from_db()
    assert alice.profile.time_zone == "Europe/Berlin"


def test_markup_in_a_name_stays_text(alice_client: Client) -> None:
    page = alice_client.post(PAGE, TYPED | {"name": "<b>x</b>"}, follow=True).content.decode()
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_a_new_language_takes_effect_at_once(alice_client: Client) -> None:
    assert alice_client.get(PAGE)["Content-Language"] == "en"
    response = alice_client.post(PAGE, TYPED | {"locale": "de"}, follow=True)
    assert response["Content-Language"] == "de"


def test_a_language_that_is_not_offered_is_refused(alice_client: Client) -> None:
    assert alice_client.post(PAGE, TYPED | {"locale": "tlh"}).status_code == 422


def test_without_a_csrf_token_nothing_is_saved(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice, backend="accounts.backend.PersonBackend")
    assert strict.post(PAGE, TYPED).status_code == 403


def test_the_page_offers_every_region_and_no_relic(alice_client: Client) -> None:
    page = alice_client.get(PAGE).content.decode()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "UTC"):
        assert f'<option value="{zone}">' in page
    assert "EST5EDT" not in page


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("europe/berlin", "Europe/Berlin"),
        (" America/New York ", "America/New_York"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("Etc/GMT+12", "Etc/GMT+12"),
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("S\u00e3o Paulo", "America/Sao_Paulo"),
        ("Port au Prince", "America/Port-au-Prince"),
        ("Mendoza", "America/Mendoza"),
        ("UTC+2", "Etc/GMT-2"),
        ("gmt +02:00", "Etc/GMT-2"),
        ("utc\u22123", "Etc/GMT+3"),
        ("+14", "Etc/GMT-14"),
        ("UTC-0", "Etc/UTC"),
        ("UTC+5:30", "Asia/Kolkata"),
        ("gmt+0545", "Asia/Kathmandu"),
        ("UTC\u22129:30", "Pacific/Marquesas"),
        ("UTC-5:30", None),
        ("UTC+5:31", None),
        ("UTC+15", None),
        ("UTC-13", None),
        ("UTC+\u0662", None),
        ("Berlin 3", None),
        ("-", None),
        ("Factory", None),
        ("localtime", None),
        ("../../etc/passwd", None),
        ("Europe", None),
        ("", None),
    ],
)
def test_the_zone_that_is_meant_is_found(typed: str, meant: str | None) -> None:
    assert zones.find_zone(typed) == meant


def test_broken_hours_are_kept_all_year() -> None:
    for hours, name in zones._BROKEN_HOURS.items():
        whole, minutes = hours.split(":")
        kept = timedelta(hours=int(whole), minutes=int(f"{whole[0]}{minutes}"))
        zone = ZoneInfo(name)
        assert {zone.utcoffset(datetime(2026, month, 15)) for month in range(1, 13)} == {kept}


def test_a_change_is_published_by_the_names_of_its_fields_alone(alice: User) -> None:
    change = ProfileChange(name="Zoe", time_zone="Asia/Tokyo", locale="en")

    assert change_profile(alice.pk, change, at=NOON) == ("name", "time_zone")
    event = EventRecord.objects.get(subject="accounts.profile.changed")
    assert event.body == {"fields": ["name", "time_zone"]}


def test_changing_nothing_publishes_nothing(alice: User) -> None:
    same = ProfileChange(name=alice.name, time_zone="Europe/Berlin")
    assert change_profile(alice.pk, same, at=NOON) == ()
    assert not EventRecord.objects.exists()


def test_a_zone_that_was_confirmed_is_known_from_then_on(alice: User) -> None:
    alice.profile.zone_is_known = False
    alice.profile.save()

    change_profile(alice.pk, ProfileChange(time_zone="Europe/Berlin"), at=NOON)
    alice.profile.refresh_from_db()
    assert alice.profile.zone_is_known


def test_the_service_refuses_a_zone_that_does_not_exist(alice: User) -> None:
    with pytest.raises(ValidationError):
        change_profile(alice.pk, ProfileChange(time_zone="Mars/Olympus"), at=NOON)


def test_she_withdraws_and_grants_again_on_the_page(alice: User, alice_client: Client) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    assert "Allowed since May 5, 2026." in alice_client.get(PAGE).content.decode()

    alice_client.post("/settings/consents/tasks/withdraw")
    assert not Consent.objects.open(alice.pk).exists()

    words = {"wording": "2026-11-22"}
    alice_client.post("/settings/consents/tasks/grant", words)
    assert Consent.objects.open(alice.pk).get().granted_by == "settings"


def test_agreeing_to_words_that_were_not_on_the_page_is_refused(
    alice: User, alice_client: Client
) -> None:
    for wording in ({}, {"wording": "1999-01-01"}):
        page = alice_client.post("/settings/consents/tasks/grant", wording, follow=True)
        assert "The words have changed" in page.content.decode()
    assert not Consent.objects.exists()


def test_the_terms_cannot_be_withdrawn_on_the_page(alice: User, alice_client: Client) -> None:
    consents.grant(alice.pk, "terms", by="sign-in", at=NOON)

    for ask in (alice_client.get, alice_client.post):
        page = ask("/settings/consents/terms/withdraw", follow=True).content.decode()
        assert "This ends with your account" in page
    assert "/settings/consents/terms/withdraw" not in page
    assert Consent.objects.open(alice.pk).exists()


@pytest.mark.parametrize("action", ["grant", "withdraw"])
def test_consents_change_by_post_of_the_person_alone(
    client: Client, alice: User, bob_client: Client, action: str
) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    url = f"/settings/consents/tasks/{action}"

    assert client.post(url).status_code == 302
    assert bob_client.get(url).status_code == (405 if action == "grant" else 302)
    bob_client.post(url)
    assert Consent.objects.get(user=alice).withdrawn_at is None
    assert bob_client.post(f"/settings/consents/nothing/{action}").status_code == 404


def test_a_provider_that_she_has_not_is_offered_as_a_form(alice_client: Client) -> None:
    page = alice_client.get(PAGE).content.decode()
    assert 'action="/accounts/google/login/"' in page
    assert '<input type="hidden" name="process" value="connect">' in page


def test_the_connected_apps_are_on_the_page(alice: User, alice_client: Client) -> None:
    assert "Nothing is connected yet." in alice_client.get(PAGE).content.decode()
    apps.get_model("integrations", "Connection")._default_manager.create(
        user=alice, source="sample", account="a", connected_at=NOON, next_sync_at=NOON
    )
    assert "Nothing is connected yet." not in alice_client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("sent", "kept"), [({"single_keys": "off"}, False), ({"single_keys": "on"}, True), ({}, False)]
)
def test_single_keys_are_kept_and_left_alone_by_a_form_that_does_not_name_them(
    alice: User, alice_client: Client, sent: dict[str, str], kept: bool
) -> None:
    change_profile(alice.pk, ProfileChange(single_keys=False), at=NOON)
    form = {"time_zone": "Europe/Berlin", "locale": "en", **sent}
    assert alice_client.post("/settings/", form).status_code == 302
    alice.profile.refresh_from_db()
    assert alice.profile.single_keys is kept


def test_nonsense_about_keys_is_refused(alice: User, alice_client: Client) -> None:
    form = {"time_zone": "Europe/Berlin", "locale": "en", "single_keys": "maybe"}
    assert alice_client.post("/settings/", form).status_code == 422
    alice.profile.refresh_from_db()
    assert alice.profile.single_keys


# ---- where one is, and comes back to ------------------------------------------------------------


def section(page: str, name: str) -> str:
    return page.partition(f'id="{name}"')[2].partition("</section>")[0]


def test_saving_comes_back_to_its_section_and_is_told_there(alice_client: Client) -> None:
    answer = alice_client.post(PAGE, TYPED)
    assert answer["Location"] == f"{PAGE}#you"
    page = alice_client.get(PAGE).content.decode()
    assert page.count("Saved.") == section(page, "you").count("Saved.") == 1
    assert 'id="you" tabindex="-1"' in page


def test_what_was_withdrawn_is_told_at_the_consents(alice: User, alice_client: Client) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    answer = alice_client.post("/settings/consents/tasks/withdraw")
    assert answer["Location"] == f"{PAGE}#consents"
    page = alice_client.get(PAGE).content.decode()
    assert page.count("Withdrawn: ") == section(page, "consents").count("Withdrawn: ") == 1


def test_documents_are_accepted_and_not_allowed(alice: User, alice_client: Client) -> None:
    consents.grant(alice.pk, "terms", by="sign-in", at=NOON)
    said = section(alice_client.get(PAGE).content.decode(), "consents")
    assert "Accepted on May 5, 2026." in said
    assert "What you accepted" in said
    assert "Allowed since" not in said


def test_each_language_has_its_own_name(alice: User, alice_client: Client) -> None:
    for locale in ("en", "de"):
        alice_client.post(PAGE, TYPED | {"locale": locale})
        page = alice_client.get(PAGE).content.decode()
        assert re.findall(r'<option value="(?:en|de)"[^>]*>(\w+)<', page) == ["English", "Deutsch"]


def test_one_button_of_the_page_stands_out(alice_client: Client) -> None:
    assert alice_client.get(PAGE).content.decode().count("button--primary") == 1


@pytest.mark.parametrize(
    ("address", "up"),
    [
        (PAGE, "/"),
        ("/settings/tokens", PAGE),
        ("/settings/delete", PAGE),
        ("/settings/consents/tasks/withdraw", PAGE),
        ("/accounts/3rdparty/", PAGE),
    ],
)
def test_every_page_leads_one_step_up(
    alice: User, alice_client: Client, address: str, up: str
) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    page = alice_client.get(address).content.decode()
    assert page.count('class="page__up"') == page.count(f'class="page__up" href="{up}"') == 1
    assert "Back to settings" not in page
