"""What LiteLLM is told, and what its answers and exceptions mean. Needs nothing of it to be there.

Its objects are of OpenAI's shape, whatever the server speaks.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from oo.lib.llm.aliases import Deployment
from oo.lib.llm.base import (
    BadReply,
    CallFailed,
    ModelAway,
    ModelError,
    ModelTooSlow,
    NoModel,
    Question,
    Reply,
    Spent,
    Vectors,
)

MOST_LETTERS = 8
# The proxy tells which group answered; LiteLLM marks headers of the server that it spoke to.
GROUP_HEADER = "llm_provider-x-litellm-model-group"


def chat_parameters(question: Question) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "messages": [
            {"role": "system", "content": question.fixed},
            {"role": "user", "content": question.variable},
        ],
        "max_tokens": 1 if question.letters else question.most_tokens,
        "temperature": 0,
    }
    if question.letters:
        asked |= {"logprobs": True, "top_logprobs": MOST_LETTERS}
    if question.schema is not None:
        schema = {"name": "answer", "strict": True, "schema": dict(question.schema)}
        asked["response_format"] = {"type": "json_schema", "json_schema": schema}
    return asked


def add_up(spent: Spent, answer: Any) -> None:
    """Before the answer is looked at: what cannot be used costs as much."""
    usage = getattr(answer, "usage", None)
    spent.tokens_in += getattr(usage, "prompt_tokens", None) or 0
    spent.tokens_out += getattr(usage, "completion_tokens", None) or 0
    spent.cost_usd += float(answer._hidden_params.get("response_cost") or 0.0)


def read_reply(question: Question, answer: Any, by: Deployment, spent: Spent) -> Reply:
    """spent: with this answer. Raises BadReply."""
    choice = answer.choices[0] if answer.choices else None
    text = (choice.message.content or "").strip() if choice else ""
    if not text:
        raise BadReply(f"{by.alias}: empty")
    if question.schema is not None and not _is_json(text):
        raise BadReply(f"{by.alias}: not JSON")
    return Reply(
        text=text,
        model=by.model,
        tokens_in=spent.tokens_in,
        tokens_out=spent.tokens_out,
        cost_usd=spent.cost_usd,
        letters=_letters(choice) if question.letters else None,
        is_local=spent.is_local,
    )


def read_vectors(texts: Sequence[str], answer: Any, by: Deployment, spent: Spent) -> Vectors:
    """spent: with this answer. Raises BadReply."""
    rows = sorted(answer.data, key=lambda row: row["index"])
    if len(rows) != len(texts):
        raise BadReply(f"{by.alias}: {len(rows)} vectors for {len(texts)} texts")
    return Vectors(
        vectors=tuple(tuple(row["embedding"]) for row in rows),
        model=by.model,
        tokens_in=spent.tokens_in,
        cost_usd=spent.cost_usd,
        is_local=spent.is_local,
    )


def check_group(answer: Any, by: Deployment, spent: Spent) -> None:
    """A proxy that asked others than it was told to may have left what was agreed, and this house.

    Raises CallFailed.
    """
    headers = answer._hidden_params.get("additional_headers") or {}
    if headers.get(GROUP_HEADER, by.group) != by.group:
        spent.is_local = False
        raise CallFailed(f"{by.alias}: the proxy asked another group; take out its fallbacks")


def failure_of(alias: str, error: Exception) -> ModelError:
    """What an exception of LiteLLM's means. Its own text may quote what was asked."""
    status = getattr(error, "status_code", None)
    detail = f"{alias}: {status or ''} {type(error).__name__}".replace("  ", " ")
    if type(error).__name__ == "RouterRateLimitError":
        return ModelAway(f"{alias}: resting after failures")
    if isinstance(error, TimeoutError) or status == 408:
        return ModelTooSlow(f"{alias}: no answer in time")
    if status in (401, 403, 404):
        return NoModel(f"{detail}; look at its key and whether that model is there")
    if status == 429 or (_is_server_error(status) and _never_answered(error)):
        return ModelAway(detail)
    return CallFailed(detail)


def _is_server_error(status: object) -> bool:
    return isinstance(status, int) and status >= 500


def _never_answered(error: Exception) -> bool:
    """LiteLLM says 500 as well for an answer of 200 that it cannot read."""
    return any(isinstance(cause, httpx.HTTPError | OSError) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    here: BaseException | None = error
    seen: set[int] = set()
    while here is not None and id(here) not in seen:
        yield here
        seen.add(id(here))
        here = here.__cause__ or here.__context__


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _letters(choice: Any) -> Mapping[str, float] | None:
    """Tokens that differ in spaces only are one letter; their likelihoods add up."""
    listed = getattr(choice, "logprobs", None)
    if not listed or not listed.content:
        return None
    sums: dict[str, float] = {}
    for each in listed.content[0].top_logprobs:
        token = each.token.strip()
        sums[token] = sums.get(token, 0.0) + math.exp(each.logprob)
    return {token: math.log(total) for token, total in sums.items() if token and total}
