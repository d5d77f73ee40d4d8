"""litellm.yaml: which models stand behind an alias, in the order in which they are asked.

The format is LiteLLM's own, so that the same file serves its proxy. What is stricter here keeps a
proxy from choosing for a person: a model in somebody's cloud stands in a group of its own, which
is called after the alias and the cloud, and no group falls back to another by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from oo.lib.llm.base import BadAliases, NoModel

ALIASES = ("tip-generator", "embedder", "judge")
# What a model may be trusted with, once it was measured: see docs/quality.md. Of each a part may be
# named alone: "words.en", "reads.hours".
SKILLS = ("words", "chooses", "reads")
VARIABLE = "os.environ/"
OPENAI = ("openai/", "text-completion-openai/")
OWN_FALLBACKS = (
    "fallbacks",
    "default_fallbacks",
    "context_window_fallbacks",
    "content_policy_fallbacks",
)

Lookup = Callable[[str], str]


class Routing(BaseModel):
    """How often one model is asked again, and when it is given a rest.

    num_retries    after a first failure; none after a time-out or a 429
    allowed_fails  within cooldown_time; one more, and the model is not asked for that long
    cooldown_time  seconds
    """

    num_retries: int = Field(default=2, ge=0, le=10)
    allowed_fails: int = Field(default=2, ge=0)
    cooldown_time: float = Field(default=60.0, gt=0)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One model at one place.

    group    the name under which a proxy offers it
    cloud    whose cloud it is in, None for a machine of this installation
    skills   what it was measured to be good enough for: of SKILLS, or a part of one
    params   LiteLLM's, with what the environment says filled in
    missing  variables that params name and nobody has set: it cannot be asked from here
    """

    key: str
    group: str
    alias: str
    cloud: str | None
    skills: frozenset[str]
    model: str
    params: Mapping[str, Any]
    missing: tuple[str, ...]

    def has(self, skill: str) -> bool:
        return not skill or not self.skills.isdisjoint((skill, skill.partition(".")[0]))


@dataclass(frozen=True, slots=True)
class Aliases:
    deployments: tuple[Deployment, ...]
    routing: Routing

    def allowed(self, alias: str, clouds: frozenset[str]) -> list[Deployment]:
        """Those behind an alias that these clouds' names let through, set up or not."""
        return [
            each
            for each in self.deployments
            if each.alias == alias and (each.cloud is None or each.cloud in clouds)
        ]

    def clouds(self) -> list[str]:
        return sorted({each.cloud for each in self.deployments if each.cloud})


def load(path: Path, lookup: Lookup) -> Aliases:
    """The file, read and checked.

    lookup   what a variable is set to; empty if it is not
    raises   NoModel if there is no such file, BadAliases if it cannot be used
    """
    try:
        text = path.read_text()
    except FileNotFoundError:
        raise NoModel(f"{path.name} is not there; OO_LITELLM_FILE says where it is") from None
    except (OSError, UnicodeError) as error:
        raise BadAliases(f"{path.name} cannot be read: {type(error).__name__}") from None
    return _parsed(path.name, text, lookup)


def _parsed(name: str, text: str, lookup: Lookup) -> Aliases:
    try:
        file = _File.model_validate(yaml.safe_load(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadAliases(f"{name}, line {line}: {error.problem}; this is not YAML") from None
    except yaml.YAMLError:
        raise BadAliases(f"{name}: this is not YAML") from None
    except ValidationError as error:
        raise BadAliases(_complaint(name, text, error)) from None
    deployments = [_deployment(n, entry, lookup) for n, entry in enumerate(file.model_list)]
    return Aliases(tuple(deployments), file.router_settings)


class _Params(BaseModel):
    model_config = ConfigDict(extra="allow")

    model: str = Field(min_length=1)
    api_base: str | None = None
    api_key: str | None = None

    @model_validator(mode="after")
    def _keeps_no_secret(self) -> Self:
        if self.api_key is not None and not self.api_key.startswith(VARIABLE):
            raise ValueError("api_key: put the key into the environment, and here os.environ/NAME")
        return self


class _Info(BaseModel):
    # "" would be a cloud that nobody can allow, or none at all: say which.
    cloud: str | None = Field(default=None, min_length=1)
    skills: frozenset[str] = frozenset()

    @field_validator("skills")
    @classmethod
    def _are_known(cls, skills: frozenset[str]) -> frozenset[str]:
        if unknown := sorted(s for s in skills if s.partition(".")[0] not in SKILLS):
            raise ValueError(f"skills: {unknown[0]} is none of {', '.join(SKILLS)}")
        return skills


class _Entry(BaseModel):
    model_config = ConfigDict(protected_namespaces=())

    model_name: str
    litellm_params: _Params
    model_info: _Info = _Info()

    @property
    def alias(self) -> str:
        return self.model_name.removesuffix(f"-{self.model_info.cloud}")

    @model_validator(mode="after")
    def _says_where_it_is(self) -> Self:
        cloud, params = self.model_info.cloud, self.litellm_params
        if self.alias not in ALIASES or bool(cloud) == (self.alias == self.model_name):
            end = f" with -{cloud} behind it" if cloud else ""
            raise ValueError(f"model_name: call it {', '.join(ALIASES[:-1])} or judge{end}")
        if cloud and not params.api_key:
            raise ValueError("litellm_params.api_key: a cloud needs one; write os.environ/NAME")
        if not cloud and not params.api_base:
            raise ValueError(
                "name the machine of your own in litellm_params.api_base, or in model_info.cloud"
                " whose cloud it is"
            )
        return self

    @model_validator(mode="after")
    def _stays_at_home(self) -> Self:
        """LiteLLM's proxy takes OpenAI's own address for one whose variable is not set."""
        params = self.litellm_params
        may_be_unset = (params.api_base or "").startswith(VARIABLE)
        if not self.model_info.cloud and may_be_unset and params.model.startswith(OPENAI):
            raise ValueError(
                "litellm_params.model: write llamafile/ instead of openai/, or the address itself;"
                " where that variable is not set, a proxy would ask OpenAI"
            )
        return self


class _File(BaseModel):
    model_config = ConfigDict(protected_namespaces=())

    model_list: list[_Entry]
    router_settings: Routing = Routing()
    litellm_settings: Any = None

    @field_validator("router_settings", "litellm_settings", mode="before")
    @classmethod
    def _chooses_nothing_by_itself(cls, said: Any) -> Any:
        found = [key for key in OWN_FALLBACKS if isinstance(said, dict) and said.get(key)]
        if found:
            raise ValueError(f"take out {found[0]}; oO goes on to what a person agreed to")
        return said


def _deployment(number: int, entry: _Entry, lookup: Lookup) -> Deployment:
    written = entry.litellm_params.model_dump(exclude_none=True)
    names = {
        key: value.removeprefix(VARIABLE)
        for key, value in written.items()
        if isinstance(value, str) and value.startswith(VARIABLE)
    }
    found = {key: lookup(name) for key, name in names.items()}
    return Deployment(
        key=f"{entry.model_name}#{number}",
        group=entry.model_name,
        alias=entry.alias,
        cloud=entry.model_info.cloud,
        skills=entry.model_info.skills,
        model=entry.litellm_params.model,
        params=written | found,
        missing=tuple(sorted(names[key] for key, value in found.items() if not value)),
    )


def _complaint(name: str, text: str, error: ValidationError) -> str:
    """The first thing that is wrong. Values are left out: one may be a key."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    words = first["msg"].removeprefix("Value error, ")
    where = f"{name}, line {_line(yaml.compose(text), first['loc'])}"
    return f"{where}, {place}: {words}" if place else f"{where}: {words}"


def _line(node: yaml.Node | None, steps: Sequence[str | int]) -> int:
    """Where the value stands, or the innermost of those around it that is there."""
    for step in steps:
        inner = _inner(node, step)
        if inner is None:
            break
        node = inner
    return node.start_mark.line + 1 if node else 1


def _inner(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        found: yaml.Node = node.value[step]
        return found
    return None
