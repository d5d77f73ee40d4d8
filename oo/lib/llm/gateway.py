"""The one module that imports LiteLLM, and only when a model is asked: that takes seconds and
160 MB, which web processes shall never pay.

LiteLLM's router retries, and gives a model that keeps failing a rest. Which models may be asked,
and in which order, is decided here for each question: it depends on what a person agreed to.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from math import floor, log10
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

from django.conf import settings

from oo.lib.configuration import value_of
from oo.lib.llm import wire
from oo.lib.llm.aliases import Aliases, Deployment, load
from oo.lib.llm.base import (
    BadReply,
    CallFailed,
    Circuit,
    ModelAway,
    ModelError,
    ModelTooSlow,
    NoModel,
    Overtaken,
    Question,
    Reply,
    Spent,
    Vectors,
)
from oo.lib.llm.loop import Unwanted, run_within
from oo.lib.llm.resting import end_rests, note_rest, rests
from oo.lib.manifests import Setting

T = TypeVar("T", Reply, Vectors)

log = logging.getLogger(__name__)

# Of the time that a model is given, what LiteLLM may wait. It has to be the first to give up, or
# its router would not hear of it, and go on asking a model that hangs.
PATIENCE = 0.95
# LiteLLM reads these when it is imported. The first keeps it from fetching prices from the
# internet; the others are seconds before a retry, which somebody is waiting for.
ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "INITIAL_RETRY_DELAY": "0.1",
    "JITTER": "0.2",
}
# Loggers of failures that quote the servers, who may quote what was asked, and of whole requests.
TALKATIVE = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai")
# What took too long, or asked us to slow down, does not get better by asking again at once.
RETRY_POLICY = {"TimeoutErrorRetries": 0, "RateLimitErrorRetries": 0}
# Of several failures, what a caller has to know first: whether it is worth trying again, then
# whether any model has had its chance with these words.
TOLD_FIRST = (ModelAway | ModelTooSlow, BadReply, CallFailed, ModelError)


def always() -> bool:
    return True


def ask(
    question: Question,
    *,
    timeout_s: float | None = None,
    allowed_clouds: frozenset[str] = frozenset(),
    is_wanted: Callable[[], bool] = always,
) -> Reply:
    """The answer of the first model behind the alias that gives one.

    timeout_s       seconds for all models and retries; None is OO_MODEL_TIMEOUT_S. The first call
                    of a process loads LiteLLM before it looks at the clock.
    allowed_clouds  names of clouds (model_info.cloud) that this question may go to
    is_wanted       called about each second of waiting; after a no the connection is closed
    raises          ModelError; Overtaken when the answer was not wanted any more
    """
    errand = _Errand(
        alias=question.alias,
        skill=question.skill,
        method="acompletion",
        parameters=wire.chat_parameters(question),
        read=partial(wire.read_reply, question),
        is_wanted=is_wanted,
    )
    return _done(errand, timeout_s, allowed_clouds)


def embed(
    texts: Sequence[str],
    *,
    alias: str = "embedder",
    timeout_s: float | None = None,
    allowed_clouds: frozenset[str] = frozenset(),
) -> Vectors:
    """As ask, for one vector of each text."""
    errand = _Errand(
        alias=alias,
        skill="",
        method="aembedding",
        parameters={"input": list(texts)},
        read=partial(wire.read_vectors, texts),
    )
    return _done(errand, timeout_s, allowed_clouds)


def is_askable(
    alias: str, skill: str = "", *, allowed_clouds: frozenset[str] = frozenset()
) -> bool:
    """Whether somebody stands behind the alias who may be asked; LiteLLM is not loaded for that."""
    try:
        return bool(_keeper.setup().candidates(alias, skill, allowed_clouds))
    except NoModel:
        return False


def skills(alias: str, *, allowed_clouds: frozenset[str] = frozenset()) -> frozenset[str]:
    """Of everybody behind the alias who may be asked."""
    try:
        found = _keeper.setup().candidates(alias, "", allowed_clouds)
    except NoModel:
        return frozenset()
    return frozenset(skill for each in found for skill in each.skills)


def clouds() -> list[str]:
    """The names of all clouds in the file of aliases; none when it cannot be read."""
    try:
        return _keeper.setup().aliases.clouds()
    except NoModel:
        return []


def idle_clouds() -> list[str]:
    """Whose keys are here, while a proxy is asked, which is told none of them."""
    if not settings.LITELLM_URL:
        return []
    try:
        found = _read_setup().aliases.deployments
    except NoModel:
        return []
    return sorted({each.cloud for each in found if each.cloud and not each.missing})


def reset() -> None:
    """Forget the client and what it knows of failures; the next question reads the settings."""
    with suppress(NoModel):
        end_rests(_keeper.setup().aliases.deployments)
    _keeper.forget()


def circuits() -> list[Circuit]:
    """All models of the file of aliases, in the order in which they are asked; none when it cannot
    be read. LiteLLM is not loaded for that."""
    try:
        deployments = _keeper.setup().aliases.deployments
    except NoModel:
        return []
    until = rests(deployments)
    return [
        Circuit(each.alias, each.model, each.cloud, each.missing, until.get(each.key))
        for each in deployments
    ]


@dataclass(frozen=True, slots=True)
class _Errand(Generic[T]):
    """One question to whichever model takes it. method: the router's."""

    alias: str
    skill: str
    method: str
    parameters: Mapping[str, Any]
    read: Callable[[Any, Deployment, Spent], T]
    is_wanted: Callable[[], bool] = always


@dataclass(frozen=True, slots=True)
class _Setup:
    """What the settings say, known without LiteLLM."""

    aliases: Aliases
    is_proxy: bool

    def candidates(self, alias: str, skill: str, clouds: frozenset[str]) -> list[Deployment]:
        """Raises NoModel."""
        allowed = self.aliases.allowed(alias, clouds)
        able = [each for each in allowed if each.has(skill)]
        if self.is_proxy:  # it holds the keys, and spreads the questions of a group itself
            unfit = {each.group for each in allowed if each not in able}
            found = list({each.group: each for each in able if each.group not in unfit}.values())
        else:
            found = [each for each in able if not each.missing]
        if not found:
            raise NoModel(f"{alias}: {_lack(allowed, able, skill)}")
        return found


def _lack(allowed: Sequence[Deployment], able: Sequence[Deployment], skill: str) -> str:
    if allowed and not able:
        return f"none has the skill {skill}"
    unset = ", ".join(sorted({name for each in able for name in each.missing}))
    return f"{unset} not set" if unset else "none is allowed"


class _Keeper:
    """The set-up and the router of this process, made when they are first needed."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._lock = Lock()
        self._setup: _Setup | None = None
        self._router: Any = None

    def setup(self) -> _Setup:
        with self._lock:
            if self._setup is None:
                self._setup = _read_setup()
            return self._setup

    def router(self, setup: _Setup) -> Any:
        with self._lock:
            if self._router is None:
                self._router = _build_router(setup)
            return self._router

    def forget(self) -> None:
        with self._lock:
            if self._router is not None:
                self._router.discard()
            self._setup = self._router = None


_keeper = _Keeper()
# The router of the parent belongs to the parent's event loop.
os.register_at_fork(after_in_child=_keeper.begin)


def _done(errand: _Errand[T], timeout_s: float | None, clouds: frozenset[str]) -> T:
    setup = _keeper.setup()
    candidates = setup.candidates(errand.alias, errand.skill, clouds)
    resting = rests(candidates)
    awake = [each for each in candidates if each.key not in resting]
    if not awake:
        raise ModelAway(f"{errand.alias}: resting after failures")
    router = _keeper.router(setup)
    seconds = settings.OO_MODEL_TIMEOUT_S if timeout_s is None else timeout_s
    spent, began = Spent(), monotonic()
    try:
        work = _first(router, errand, awake, began + seconds, spent)
        return replace(run_within(seconds, work, errand.is_wanted), ms=_ms(began))
    except TimeoutError:
        failure: ModelError = ModelTooSlow(f"{errand.alias}: no answer in time")
    except Unwanted:
        failure = Overtaken(f"{errand.alias}: not wanted any more")
    except ModelError as error:
        failure = error
    failure.ms, failure.spent = _ms(began), spent
    raise failure


async def _first(
    router: Any, errand: _Errand[T], candidates: Sequence[Deployment], ends: float, spent: Spent
) -> T:
    """Each candidate has its share of the time that is left, so that one that hangs leaves some.

    spent  what it takes is added to it, also when this is cancelled
    """
    failures: list[ModelError] = []
    for number, candidate in enumerate(candidates):
        share = (ends - monotonic()) / (len(candidates) - number)
        try:
            spent.asked += 1
            spent.is_local &= candidate.cloud is None
            answer = await _one(router, errand, candidate, share)
            wire.add_up(spent, answer)
            wire.check_group(answer, candidate, spent)
            return errand.read(answer, candidate, spent)
        except ModelError as failure:
            log.warning("%s did not answer: %s", candidate.model, failure)
            failures.append(failure)
    raise min(failures, key=_place)


def _place(failure: ModelError) -> int:
    return next(n for n, kinds in enumerate(TOLD_FIRST) if isinstance(failure, kinds))


async def _one(router: Any, errand: _Errand[T], to: Deployment, seconds: float) -> Any:
    call = getattr(router, errand.method)
    try:
        async with asyncio.timeout(seconds):
            return await call(
                model=to.key,
                timeout=_in_steps(seconds * PATIENCE),
                fallbacks=[],
                **errand.parameters,
            )
    except Exception as error:
        failure = wire.failure_of(errand.alias, error)
        if isinstance(failure, ModelAway):
            _give_rest(router, to, error)
            await _tell_others(router, to)
        # Without its cause: LiteLLM's texts may hold what was asked.
        raise failure from None


def _in_steps(seconds: float) -> float:
    """Its first two digits. LiteLLM has a client, with connections, for each time to wait: with all
    digits it would make one for each question."""
    if seconds <= 0:
        return seconds
    step = 10.0 ** (floor(log10(seconds)) - 1)
    return floor(seconds / step) * step


def _give_rest(router: Any, deployment: Deployment, error: Exception) -> None:
    """LiteLLM does so for all failures but one: a server that takes no connection."""
    if type(error).__name__ == "APIConnectionError":
        router.cooldown_cache.add_deployment_to_cooldown(
            model_id=deployment.key,
            original_exception=error,
            exception_status=503,
            cooldown_time=router.cooldown_time,
        )


async def _tell_others(router: Any, deployment: Deployment) -> None:
    """Where LiteLLM has given it a rest, here."""
    found = await router.cooldown_cache.async_get_active_cooldowns([deployment.key], None)
    for _key, rest in found:
        note_rest(deployment, rest["timestamp"] + rest["cooldown_time"])


def _ms(began: float) -> int:
    return round((monotonic() - began) * 1000)


def _read_setup() -> _Setup:
    def lookup(name: str) -> str:
        return value_of(Setting(name, "", ""))

    return _Setup(load(Path(settings.OO_LITELLM_FILE), lookup), bool(settings.LITELLM_URL))


def _build_router(setup: _Setup) -> Any:
    return _litellm().Router(
        model_list=[_entry(each, setup.is_proxy) for each in setup.aliases.deployments],
        retry_policy=RETRY_POLICY,
        **setup.aliases.routing.model_dump(),
    )


def _litellm() -> Any:
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        import litellm
    except ImportError:
        raise NoModel("litellm is not installed: pip install -r requirements-model.txt") from None
    litellm.telemetry = False
    # Its clients are never closed, of which aiohttp complains at the end of every process.
    litellm.disable_aiohttp_transport = True
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    # No callback, and no traceparent: which questions belong together is nobody's business outside.
    for logger in TALKATIVE:
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    return litellm


def _entry(deployment: Deployment, is_proxy: bool) -> dict[str, Any]:
    """As the router's model_list has it; each is a group of its own, since we choose."""
    if is_proxy:
        params: dict[str, Any] = {
            "model": f"litellm_proxy/{deployment.group}",
            "api_base": settings.LITELLM_URL,
            "api_key": settings.LITELLM_KEY or "none",
            "extra_body": {"disable_fallbacks": True},
        }
    else:
        # Without a key LiteLLM would look for one of OpenAI's, and send it to a machine of ours.
        params = {"api_key": "none", **deployment.params}
    return {
        "model_name": deployment.key,
        # The router retries; the clients below it must not do so too.
        "litellm_params": {**params, "max_retries": 0, "drop_params": True},
        "model_info": {"id": deployment.key},
    }
