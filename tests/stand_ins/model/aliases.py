"""A file of aliases for a test, with the stand-in behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from oo.lib import llm
from tests.stand_ins.model.server import ModelStandIn

KEY = "KEY"  # the variable with the key of a cloud


def entry(server: ModelStandIn, *skills: str, cloud: str = "") -> dict[str, Any]:
    """The stand-in as one model behind tip-generator, in a cloud if one is named."""
    params = {"model": "llamafile/m", "api_base": f"{server.url}/v1"}
    if not cloud:
        return {
            "model_name": "tip-generator",
            "litellm_params": params,
            "model_info": {"skills": [*skills]},
        }
    return {
        "model_name": f"tip-generator-{cloud}",
        "litellm_params": {**params, "model": "openai/m", "api_key": f"os.environ/{KEY}"},
        "model_info": {"skills": [*skills], "cloud": cloud},
    }


def use_aliases(settings: Any, folder: Path, *entries: dict[str, Any], **routing: Any) -> None:
    """Ask these from now on; whoever calls it calls oo.lib.llm.reset at the end."""
    said = {"model_list": [*entries], "router_settings": {"num_retries": 0, **routing}}
    settings.OO_LITELLM_FILE = folder / "litellm.yaml"
    settings.OO_LITELLM_FILE.write_text(yaml.safe_dump(said))
    setattr(settings, KEY, "sk-of-a-test")
    llm.reset()
