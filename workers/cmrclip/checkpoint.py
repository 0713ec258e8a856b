"""Checkpoints: how weights get from a file into a model, and nothing else.

Only safetensors are served, because loading a pickle runs whatever it says. The published file is
a pickle; convert it once, on a machine where that is acceptable:

    python -m workers.cmrclip.checkpoint pytorch_model.bin cmrclip-base.safetensors
"""

import argparse
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from domain.errors import InputError

# A buffer that older versions of the text encoder saved; it holds 0, 1, 2, ... and no weight.
TOLERATED = frozenset({"text_model.embeddings.position_ids"})
_NAMED_AT_MOST = 6
_PICKLE_STARTS = (b"PK\x03\x04", b"\x80")
_FLOATING = {torch.float32, torch.float16, torch.bfloat16}


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal. Raises InputError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as cause:
        raise InputError(
            f"The checkpoint {path.name} cannot be read; check that the file is there.",
            "bad_checkpoint",
        ) from cause


def read_checkpoint(path: Path, sha256: str | None = None) -> tuple[dict[str, Tensor], str]:
    """The tensors of a safetensors file by name, and its SHA-256.

    `sha256`: what the file must hash to, hexadecimal; None leaves it open.
    Raises InputError for another hash, a pickle and a damaged or unreadable file.
    """
    found = file_sha256(path)
    if sha256 is not None and found != sha256.lower():
        raise _bad(path, f"has SHA-256 {found} where {sha256.lower()} is pinned; fetch it again")
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_PICKLE_STARTS):
        raise _bad(
            path,
            "is a pickle, which is never loaded for serving; convert it once with"
            " python -m workers.cmrclip.checkpoint",
        )
    try:
        return load_file(path), found
    except SafetensorError as cause:
        raise _bad(path, "is damaged or no safetensors file; fetch it again") from cause


def load_strict(model: nn.Module, path: Path, sha256: str | None = None) -> str:
    """Puts the weights of a safetensors file into `model`, as float32; returns its SHA-256.

    Every tensor of the model must be there in its shape and nothing else may be, except the old
    position buffer. Parameters are replaced, so `model` may be on the meta device.
    Raises InputError, naming them, for missing, unexpected and misshapen tensors and for weights
    that are no numbers; and whatever `read_checkpoint` raises.
    """
    tensors, found = read_checkpoint(path, sha256)
    for name in TOLERATED & tensors.keys():
        del tensors[name]
    wanted = model.state_dict()
    _check_names(path, wanted, tensors)
    misshapen = [
        f"{name} {tuple(tensors[name].shape)} instead of {tuple(tensor.shape)}"
        for name, tensor in wanted.items()
        if tensors[name].shape != tensor.shape
    ]
    if misshapen:
        raise _bad(path, f"has another shape for {_listed(misshapen)}; use its own configuration")
    unusable = [
        name
        for name, tensor in tensors.items()
        if tensor.dtype not in _FLOATING or not bool(torch.isfinite(tensor).all())
    ]
    if unusable:
        raise _bad(path, f"holds what is no number in {_listed(unusable)}; fetch it again")
    weights = {name: tensor.to(torch.float32) for name, tensor in tensors.items()}
    model.load_state_dict(weights, strict=True, assign=True)
    return found


def _check_names(path: Path, wanted: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> None:
    missing = [name for name in wanted if name not in given]
    unexpected = [name for name in given if name not in wanted]
    parts = []
    if missing:
        parts.append(f"lacks {_listed(missing)}")
    if unexpected:
        parts.append(f"has an unexpected {_listed(unexpected)}")
    if parts:
        raise _bad(path, f"{' and '.join(parts)}; use the checkpoint that fits the configuration")


def convert_published(source: Path, target: Path) -> str:
    """Writes a published PyTorch checkpoint as safetensors; returns the new file's SHA-256.

    Handles the bare state dictionary and the training checkpoint, which nests it under
    `state_dict` and, from several devices, prefixes names with `module.`. Only tensors and plain
    containers are unpickled. Raises InputError where there is more in the file or no weights.
    """
    try:
        loaded = torch.load(source, map_location="cpu", weights_only=True)
    except OSError as cause:
        raise _bad(source, "cannot be read; check that the file is there") from cause
    except (UnpicklingError, RuntimeError, EOFError) as cause:
        raise _bad(
            source,
            "is damaged or holds more than tensors; save its state_dict alone with the code that"
            " trained it",
        ) from cause
    nested = loaded.get("state_dict", loaded) if isinstance(loaded, dict) else None
    if not isinstance(nested, dict) or not nested:
        raise _bad(source, "holds no weights by name; use the published checkpoint")
    tensors: dict[str, Tensor] = {}
    for name, tensor in nested.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise _bad(source, f"holds something other than a tensor under {name!r}")
        short = name.removeprefix("module.")
        if short in tensors:
            raise _bad(source, f'names "{short}" with and without "module."')
        if short not in TOLERATED:
            # safetensors refuses tensors that share memory.
            tensors[short] = tensor.detach().clone().contiguous()
    save_file(tensors, target)
    return file_sha256(target)


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - _NAMED_AT_MOST
    return ", ".join(names[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def _bad(path: Path, reason: str) -> InputError:
    return InputError(f"The checkpoint {path.name} {reason}.", "bad_checkpoint")


def main() -> None:
    """The one-time conversion from the command line."""
    parser = argparse.ArgumentParser(description="Converts a published checkpoint to safetensors.")
    parser.add_argument("source", type=Path, help="the published PyTorch checkpoint")
    parser.add_argument("target", type=Path, help="the safetensors file to write")
    arguments = parser.parse_args()
    try:
        sha256 = convert_published(arguments.source, arguments.target)
    except InputError as error:
        parser.error(error.sentence)
    print(f"{sha256}  {arguments.target}")


if __name__ == "__main__":
    main()
