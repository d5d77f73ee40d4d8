"""The models that are set up, and what they are taken to be good at for as long as one measures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from django.conf import settings

from oo.lib import llm
from oo.lib.llm import ModelError, Question

ALIAS = "tip-generator"
LOADING_S = 120.0  # a server may have to read a model of gigabytes first


class NoModelThere(Exception):
    """A variant asks a model, and none answers. Its figures would be those of the ranking alone."""


@contextmanager
def trusted_with(skills: frozenset[str]) -> Iterator[None]:
    """Models have these skills too, whatever the file of aliases says. Raises NoModelThere."""
    before = settings.OO_LITELLM_FILE
    llm.reset()
    try:
        _see_that_one_answers()
        with TemporaryDirectory() as folder:
            settings.OO_LITELLM_FILE = _with_skills(Path(before), skills, Path(folder))
            llm.reset()
            yield
    finally:
        settings.OO_LITELLM_FILE = before
        llm.reset()


def _see_that_one_answers() -> None:
    """It also loads LiteLLM, which the first moment shall not pay for."""
    question = Question(ALIAS, "Answer with one word.", "Is water wet?", most_tokens=5)
    try:
        llm.ask(question, timeout_s=LOADING_S)
    except ModelError as error:
        raise NoModelThere(
            f"no model answers: {error}. Start one (make model, python -m oo.model serve) and say"
            " where it is: LOCAL_MODEL_URL, OLLAMA_URL or LITELLM_URL"
        ) from None


def _with_skills(file: Path, skills: frozenset[str], folder: Path) -> Path:
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    for entry in written["model_list"]:
        if entry["model_name"] == ALIAS:
            info = entry.get("model_info") or {}
            trusted = sorted({*info.get("skills", ()), *skills})
            entry["model_info"] = {**info, "skills": trusted}
    copy = folder / file.name
    copy.write_text(yaml.safe_dump(written), encoding="utf-8")
    return copy
