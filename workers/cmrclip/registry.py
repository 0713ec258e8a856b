"""Which model a checkpoint is for: one line an architecture.

A checkpoint is a folder with `config.json` and one `.safetensors` file, or that file with its
configuration beside it. `config.json` names the `"architecture"`; without that entry it is
`cmrclip-base`, as published.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from domain.errors import InputError
from workers.cmrclip.config import parse_config
from workers.cmrclip.embedder import Embedder
from workers.cmrclip.inference import config_beside, load_model

Written = dict[str, Any]
Loader = Callable[[Path, Written], Embedder]


def load_embedder(folder: Path) -> Embedder:
    """The embedder of a checkpoint, ready for use.

    `folder`: of the checkpoint, or its `.safetensors` file. Raises InputError for a checkpoint that
    is not there or cannot be used, and for an architecture that is not known, naming it.
    """
    config = config_beside(folder) if _is_file(folder) else folder / "config.json"
    written = _read(config)
    name = written.get("architecture", DEFAULT)
    if name not in ARCHITECTURES:
        raise InputError(
            f'The model\'s {config.name} names the architecture "{name}", which is not known here;'
            f" known are {', '.join(sorted(ARCHITECTURES))}.",
            "bad_config",
        )
    return ARCHITECTURES[name](folder, written)


def _read(config: Path) -> Written:
    try:
        written = json.loads(config.read_text(encoding="utf-8"))
    except OSError as cause:
        raise InputError(
            f"The model's configuration {config} cannot be read; put it beside the checkpoint and"
            " set CINEROUNDS_CHECKPOINT to that folder.",
            "bad_config",
        ) from cause
    except ValueError as cause:
        raise InputError(
            f"The model's configuration {config.name} is not JSON; correct it.", "bad_config"
        ) from cause
    if not isinstance(written, dict):
        raise InputError(
            f"The model's configuration {config.name} is not a JSON object; correct it.",
            "bad_config",
        )
    return written


def _is_file(checkpoint: Path) -> bool:
    return checkpoint.suffix == ".safetensors"


def weights_of(folder: Path) -> Path:
    """The safetensors file of a checkpoint. Raises InputError where there is not exactly one."""
    if _is_file(folder):
        return folder
    named = folder / "model.safetensors"
    found = [named] if named.exists() else sorted(folder.glob("*.safetensors"))
    if len(found) != 1:
        raise InputError(
            f"The checkpoint {folder.name} holds {len(found)} .safetensors files; leave one, or"
            " name it model.safetensors.",
            "bad_checkpoint",
        )
    return found[0]


def _cmrclip_base(folder: Path, written: Written) -> Embedder:
    own = {key: value for key, value in written.items() if key != "architecture"}
    return load_model(weights_of(folder), config=parse_config(own, "config.json"))


def _cine_compact(folder: Path, written: Written) -> Embedder:
    # Here, so that one model's module is not imported to serve another.
    from workers.cmrclip import compact_inference

    embedder: Embedder = compact_inference.load(folder.parent if _is_file(folder) else folder)
    return embedder


DEFAULT = "cmrclip-base"
ARCHITECTURES: dict[str, Loader] = {
    DEFAULT: _cmrclip_base,
    "cine-compact": _cine_compact,
}
