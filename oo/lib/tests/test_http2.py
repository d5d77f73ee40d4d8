"""HTTP/2 has the bounds and the secrecy of everything else that goes out."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from time import monotonic, sleep

import pytest

from oo.lib.http import Api, ApiError, Limits, RateLimited, Refused, Unauthorized, Unreachable
from oo.lib.http.network import trusted_roots
from oo.lib.tests.loopback import serving
from tests.certificate import Certificate
from tests.stand_ins.apns import Answer, ApnsStandIn
from tests.stand_ins.serving import Serving

SETTINGS = bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))  # a frame that says nothing
TOKEN = "tok-en"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApnsStandIn]:
    certificate = Certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    trusted_roots.cache_clear()
    with ApnsStandIn(certificate) as stand_in:
        yield stand_in
    trusted_roots.cache_clear()


def post(url: str, *, http2: bool = True, limits: Limits | None = None) -> None:
    with Api("t", url, TOKEN, http2=http2, limits=limits or Limits()) as api:
        api.post("3/device/x", json={})


def test_a_refusal_keeps_its_status_its_word_and_what_was_told(service: ApnsStandIn) -> None:
    service.answer(Answer(429, "TooManyRequests", {"why": "x"}, retry_after_s=7))
    with pytest.raises(RateLimited) as caught:
        post(service.url)
    error = caught.value
    assert (error.status, error.reason, error.retry_after_s) == (429, "TooManyRequests", 7.0)
    assert error.told == {"reason": "TooManyRequests", "why": "x"}
    assert "why" not in str(error)
    assert pickle.loads(pickle.dumps(error)).told == {}


def test_one_client_asks_several_times(service: ApnsStandIn) -> None:
    with Api("t", service.url, TOKEN, http2=True) as api:
        for _ in range(3):
            with pytest.raises(Unauthorized):
                api.send("POST", "3/device/x", content=b"x" * 100_000)
    assert service.asked == 3


def test_no_secret_is_in_the_log(service: ApnsStandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Unauthorized):
        post(service.url)
    assert TOKEN not in caplog.text


def test_a_private_address_is_refused(service: ApnsStandIn) -> None:
    with Api("t", service.url, http2=True, public_only=True) as api, pytest.raises(Refused):
        api.get("x")
    with (
        Api("t", service.url, http2=True, public_only=True,
            allow_private=frozenset({service.address})) as api,
        pytest.raises(Unauthorized),
    ):  # fmt: skip
        api.get("x")
    assert service.asked == 1


def test_neither_protocol_is_taken_for_the_other(service: ApnsStandIn) -> None:
    with pytest.raises(ApiError):
        post(service.url, http2=False)
    with serving(lambda request: request.reply(200, b"{}")) as older, pytest.raises(Unreachable):
        post(older.url)
    assert service.asked == 0


class _Dripping(BaseRequestHandler):
    def handle(self) -> None:
        try:
            while True:
                self.request.sendall(SETTINGS)
                sleep(0.02)
        except OSError:
            pass


class _Drips(ThreadingTCPServer):
    daemon_threads = True


def test_frames_that_say_nothing_do_not_hold_us() -> None:
    began = monotonic()
    limits = Limits(timeout_s=5.0, deadline_s=0.3)
    with Serving(_Drips(("127.0.0.1", 0), _Dripping)) as server, pytest.raises(Unreachable):
        post(server.url, limits=limits)
    assert monotonic() - began < 2
