"""Shapes of cine-compact, read from the JSON file beside its checkpoint."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from domain.errors import InputError

ARCHITECTURE = "cine-compact"


@dataclass(frozen=True)
class TowerConfig:
    """`kind` as in `towers`; `buckets`, `width`, `depth`, `heads`: of the trained kind."""

    kind: Literal["words", "minilm"] = "words"
    buckets: int = 12_000
    width: int = 128
    depth: int = 2
    heads: int = 4
    words_at_most: int = 48


@dataclass(frozen=True)
class CompactConfig:
    """- `measures`: names of what is measured, in the order of the outputs of `measure`
    - `located`: findings that are told by AHA segment, in the order of the outputs of `segments`
    - `version`: name of the weights, stored with every embedding
    - `trained_on`: what the weights have seen, in words that complete "trained on …"; people who
      are shown a ranking are told
    - `home`: Manufacturer (0008,0070) of the studies that its worth was measured on; empty where
      that is no matter of the manufacturer
    - `trained`: False for random weights, which must never rank anything that people see
    """

    text: TowerConfig = TowerConfig()
    measures: tuple[str, ...] = ()
    located: tuple[str, ...] = ()
    crop: int = 96
    channels: tuple[int, int, int, int] = (16, 32, 64, 128)
    width: int = 192
    depth: int = 4
    heads: int = 6
    projection_dim: int = 512
    version: str = "cine-compact"
    trained_on: str = ""
    home: tuple[str, ...] = ()
    trained: bool = False


def to_json(config: CompactConfig) -> dict[str, Any]:
    """The configuration as it stands in `config.json`."""
    return {"architecture": ARCHITECTURE} | asdict(config)


def read_compact(path: Path) -> CompactConfig:
    """The configuration in a file. Raises InputError where it is absent or says nonsense."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"The model's configuration {path.name} is absent or is not JSON; put it beside the"
            " checkpoint.",
            "bad_config",
        ) from error
    return parse_compact(written, path.name)


def parse_compact(written: Any, name: str) -> CompactConfig:
    """The configuration from decoded JSON; `name` is used in what InputError says."""
    if not isinstance(written, dict):
        raise _bad(name, "is not a JSON object")
    rest = dict(written)
    if rest.pop("architecture", ARCHITECTURE) != ARCHITECTURE:
        raise _bad(name, "describes another architecture than cine-compact")
    text = _known(TowerConfig, rest.pop("text", {}), name)
    for key in ("measures", "located", "channels", "home"):
        if key in rest:
            rest[key] = tuple(rest[key])
    config = CompactConfig(text=TowerConfig(**text), **_known(CompactConfig, rest, name))
    numbers = [config.crop, *config.channels, config.width, config.depth, config.heads,
               config.projection_dim, config.text.buckets, config.text.width]  # fmt: skip
    if not all(isinstance(number, int) and number > 0 for number in numbers):
        raise _bad(name, "has a size that is not a positive whole number")
    if config.width % config.heads or config.text.width % config.text.heads:
        raise _bad(name, "has a width that does not divide into its heads")
    if len(config.channels) != 4 or any(one % 8 for one in config.channels):
        raise _bad(name, "needs four channel counts, each a multiple of 8")
    return config


def _known(kind: type[Any], written: Any, name: str) -> dict[str, Any]:
    if not isinstance(written, dict):
        raise _bad(name, f"needs an object for {kind.__name__}")
    known = {field.name for field in fields(kind)}
    for key in written:
        if key not in known:
            raise _bad(name, f'has an unknown entry "{key}"')
    return written


def _bad(name: str, reason: str) -> InputError:
    return InputError(f"The model's {name} {reason}; correct it.", "bad_config")
