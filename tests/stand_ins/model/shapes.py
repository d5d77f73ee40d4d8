"""Bodies of answers as the two protocols have them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.stand_ins.model.script import Turn

TOKENS_IN, TOKENS_OUT = 11, 3
MADE_AT, MADE_AT_TEXT = 1_760_000_000, "2025-10-09T08:53:20Z"


def openai_chat(asked: Mapping[str, Any], turn: Turn) -> dict[str, Any]:
    wanted = asked.get("response_format", {}).get("json_schema", {}).get("schema")
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": _text(turn, wanted)},
        "finish_reason": "stop",
    }
    if asked.get("logprobs") and turn.letters:
        choice["logprobs"] = {"content": [_logprobs(turn.letters, asked.get("top_logprobs", 0))]}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": MADE_AT,
        "model": asked.get("model", ""),
        "choices": [choice],
        "usage": {
            "prompt_tokens": TOKENS_IN,
            "completion_tokens": TOKENS_OUT,
            "total_tokens": TOKENS_IN + TOKENS_OUT,
        },
    }


def openai_embeddings(asked: Mapping[str, Any], _turn: Turn) -> dict[str, Any]:
    return {
        "object": "list",
        "model": asked.get("model", ""),
        "data": [
            {"object": "embedding", "index": number, "embedding": vector}
            for number, vector in enumerate(_vectors(asked))
        ],
        "usage": {"prompt_tokens": TOKENS_IN, "total_tokens": TOKENS_IN},
    }


def ollama_chat(asked: Mapping[str, Any], turn: Turn) -> dict[str, Any]:
    wanted = asked.get("format")
    return {
        "model": asked.get("model", ""),
        "created_at": MADE_AT_TEXT,
        "message": {
            "role": "assistant",
            "content": _text(turn, wanted if isinstance(wanted, dict) else None),
        },
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": TOKENS_IN,
        "eval_count": TOKENS_OUT,
    }


def ollama_embed(asked: Mapping[str, Any], _turn: Turn) -> dict[str, Any]:
    return {
        "model": asked.get("model", ""),
        "embeddings": _vectors(asked),
        "prompt_eval_count": TOKENS_IN,
    }


def openai_error(status: int) -> dict[str, Any]:
    return {"error": {"message": f"scripted {status}", "type": "scripted", "code": str(status)}}


def ollama_error(status: int) -> dict[str, Any]:
    return {"error": f"scripted {status}"}


def fitting(schema: Mapping[str, Any]) -> Any:
    """A small value that fits the schema, as far as schemas in tests go."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: fitting(part) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [fitting(schema.get("items", {}))]
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
    return "Yes."


def _text(turn: Turn, wanted: Mapping[str, Any] | None) -> str:
    if turn.text is not None:
        return turn.text
    return json.dumps(fitting(wanted)) if wanted else "Yes."


def _logprobs(letters: Mapping[str, float], most: int) -> dict[str, Any]:
    best = sorted(letters.items(), key=lambda pair: -pair[1])
    listed = [{"token": t, "logprob": p, "bytes": list(t.encode())} for t, p in best]
    return {**listed[0], "top_logprobs": listed[:most]}


def _vectors(asked: Mapping[str, Any]) -> list[list[float]]:
    texts = asked.get("input", [])
    return [[float(len(text)), 1.0] for text in ([texts] if isinstance(texts, str) else texts)]
