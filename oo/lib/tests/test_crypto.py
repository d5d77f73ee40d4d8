from __future__ import annotations

import traceback
from base64 import b64encode

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from oo.lib.crypto import CryptoError, Keyring, default_keyring, generate_key

OLD, NEW = generate_key(), generate_key()
TOKEN = "accounts.credential.refresh_token"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_goes_in_comes_out(text: str) -> None:
    ring = Keyring([NEW])
    assert ring.decrypt(ring.encrypt(text, context=TOKEN), context=TOKEN) == text


def test_the_same_secret_never_looks_the_same_twice() -> None:
    ring = Keyring([NEW])
    sealed = {ring.encrypt("secret", context=TOKEN) for _ in range(50)}
    assert len(sealed) == 50
    assert not any("secret" in each for each in sealed)


def test_an_old_key_reads_and_the_new_one_writes() -> None:
    old, both = Keyring([OLD]), Keyring([NEW, OLD])
    sealed = old.encrypt("secret", context=TOKEN)

    assert both.decrypt(sealed, context=TOKEN) == "secret"
    assert not both.is_current(sealed)
    assert both.is_current(both.encrypt("secret", context=TOKEN))
    with pytest.raises(CryptoError, match="not in the ring"):
        old.decrypt(both.encrypt("secret", context=TOKEN), context=TOKEN)


def test_a_secret_that_was_moved_to_another_column_is_not_read() -> None:
    ring = Keyring([NEW])
    sealed = ring.encrypt("secret", context=TOKEN)
    with pytest.raises(CryptoError, match="moved"):
        ring.decrypt(sealed, context="tips.tip.title")


def test_no_bit_of_it_can_be_changed() -> None:
    ring = Keyring([NEW])
    sealed = ring.encrypt("secret", context=TOKEN)
    for place in range(len(sealed)):
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(CryptoError):
            ring.decrypt(sealed[:place] + other + sealed[place + 1 :], context=TOKEN)


def test_the_spare_bits_of_base64_count_too() -> None:
    ring = Keyring([NEW])
    head, last = ring.encrypt("secret", context=TOKEN).removesuffix("==")[:-1], "BRhx"
    for char in last:  # A, Q, g and w are what an encoder writes there; these decode to the same
        with pytest.raises(CryptoError):
            ring.decrypt(f"{head}{char}==", context=TOKEN)


@pytest.mark.parametrize("junk", ["", ".", "oo1", "oo1..", "secret", "oo1.00000000.AAAA", "é.ü.ß"])
def test_what_is_no_ciphertext_is_refused(junk: str) -> None:
    with pytest.raises(CryptoError):
        Keyring([NEW]).decrypt(junk, context=TOKEN)


@pytest.mark.parametrize("cut", [0, 1, 15, 16, 17, 27, 28])
def test_a_ciphertext_that_breaks_off_is_refused(cut: int) -> None:
    ring = Keyring([NEW])
    head, _, _ = ring.encrypt("secret", context=TOKEN).rpartition(".")
    with pytest.raises(CryptoError):
        ring.decrypt(f"{head}.{b64encode(bytes(cut)).decode()}", context=TOKEN)


@pytest.mark.parametrize(
    "keys",
    [[], [""], ["short"], [NEW, "c2hvcnQ="], [NEW[:-4]], ["!" * 44], ["é" * 32], NEW],
    # The key itself would be a name that differs from process to process.
    ids=["none", "empty", "short", "second", "cut", "signs", "umlauts", "string"],
)
def test_a_key_that_is_none_is_refused_without_being_told(keys: list[str]) -> None:
    with pytest.raises(CryptoError) as caught:
        Keyring(keys)
    assert not any(key and key in str(caught.value) for key in keys if len(key) > 1)


def test_both_spellings_of_base64_are_one_key() -> None:
    raw = bytes(range(220, 252))
    plain, url = b64encode(raw).decode(), b64encode(raw, altchars=b"-_").decode()
    assert plain != url
    sealed = Keyring([plain]).encrypt("secret", context=TOKEN)
    assert Keyring([f" {url}\n"]).decrypt(sealed, context=TOKEN) == "secret"


def test_neither_secret_nor_key_shows_in_a_traceback_or_repr() -> None:
    ring = Keyring([NEW])
    sealed = ring.encrypt("my secret", context=TOKEN)
    with pytest.raises(CryptoError) as caught:
        ring.decrypt(sealed, context="elsewhere")
    told = "".join(traceback.format_exception(caught.value)) + repr(ring)
    assert not any(word in told for word in ("my secret", sealed, NEW))


def test_the_default_ring_follows_the_settings() -> None:
    with override_settings(OO_ENCRYPTION_KEYS=[OLD]):
        sealed = default_keyring().encrypt("secret", context=TOKEN)
        assert default_keyring() is default_keyring()
    with override_settings(OO_ENCRYPTION_KEYS=[NEW, OLD]):
        assert not default_keyring().is_current(sealed)
        assert default_keyring().decrypt(sealed, context=TOKEN) == "secret"


def test_no_keys_is_an_error_and_not_an_open_door() -> None:
    with override_settings(OO_ENCRYPTION_KEYS=[]), pytest.raises(CryptoError):
        default_keyring()
