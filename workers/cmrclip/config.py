"""Shapes of a CMR-CLIP model, read from the JSON file beside its checkpoint."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from domain.errors import InputError

# Channel means and deviations of the images that ViT-B/16 was first trained on (ImageNet); the
# published training kept them.
CHANNEL_MEANS = (0.485, 0.456, 0.406)
CHANNEL_DEVIATIONS = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class VideoConfig:
    """ViT with divided space-time attention. `img_size`, `patch_size`: pixels along a side."""

    img_size: int = 224
    patch_size: int = 16
    num_frames: int = 64
    embed_dim: int = 768
    depth: int = 12
    num_heads: int = 12
    mlp_ratio: float = 4.0
    layer_norm_eps: float = 1e-6

    @property
    def patches_per_frame(self) -> int:
        return (self.img_size // self.patch_size) ** 2


@dataclass(frozen=True)
class TextConfig:
    """BERT under the names of its own configuration; the defaults are Bio_ClinicalBERT's."""

    vocab_size: int = 28996
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12


@dataclass(frozen=True)
class ModelConfig:
    """The whole model.

    - `temperature`: fixed divisor of the cosine in the loss
    - `version`: name of the weights, stored with every embedding
    - `trained`: False for random weights, which must never rank anything that people see
    """

    video: VideoConfig = VideoConfig()
    text: TextConfig = TextConfig()
    projection_dim: int = 512
    temperature: float = 0.05
    version: str = "unnamed"
    trained: bool = False


CMRCLIP_BASE = ModelConfig(version="cmrclip-base")

# What the architecture fixes; a file that says otherwise describes another model.
_FIXED = {
    "pooling": "masked mean of the last hidden state",
    "heads": "ReLU then Linear",
}
_Section = TypeVar("_Section", VideoConfig, TextConfig, ModelConfig)


def read_config(path: Path) -> ModelConfig:
    """The configuration in a JSON file.

    Raises InputError where the file is absent, is not JSON, or holds unknown names, values of the
    wrong kind or shapes that do not fit together.
    """
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as cause:
        raise InputError(
            f"The model's configuration {path.name} is absent; put it beside the checkpoint.",
            "bad_config",
        ) from cause
    except ValueError as cause:
        raise _bad(path.name, "is not JSON") from cause
    return parse_config(written, path.name)


def parse_config(written: Any, name: str = "configuration") -> ModelConfig:
    """The configuration from decoded JSON; `name` is used in what InputError says."""
    if not isinstance(written, dict):
        raise _bad(name, "is not a JSON object")
    rest = dict(written)
    for key, value in _FIXED.items():
        if rest.pop(key, value) != value:
            raise _bad(name, f'has another "{key}" than "{value}"')
    video = _section(VideoConfig, rest.pop("video", {}), name, {})
    text = _section(TextConfig, rest.pop("text", {}), name, {})
    config = _section(ModelConfig, rest, name, {"video": video, "text": text})
    _check(config, name)
    return config


def _section(kind: type[_Section], written: Any, name: str, given: Mapping[str, Any]) -> _Section:
    if not isinstance(written, dict):
        raise _bad(name, f"needs an object for {kind.__name__}")
    types = {field.name: field.type for field in fields(kind) if field.name not in given}
    for key, value in written.items():
        if key not in types:
            raise _bad(name, f'has an unknown entry "{key}"')
        wanted = types[key]
        fits = type(value) is wanted or (wanted is float and type(value) is int)
        if not fits:
            raise _bad(name, f'has "{key}": {value!r} of the wrong kind')
    return kind(**written, **given)


def _check(config: ModelConfig, name: str) -> None:
    video, text = config.video, config.text
    numbers = [
        video.img_size, video.patch_size, video.num_frames, video.embed_dim, video.depth,
        video.num_heads, video.mlp_ratio, video.layer_norm_eps,
        text.vocab_size, text.hidden_size, text.num_hidden_layers, text.num_attention_heads,
        text.intermediate_size, text.max_position_embeddings, text.type_vocab_size,
        text.layer_norm_eps, config.projection_dim, config.temperature,
    ]  # fmt: skip
    if not all(number > 0 for number in numbers):
        raise _bad(name, "has a size that is not positive")
    if video.img_size % video.patch_size:
        raise _bad(name, "has frames that do not divide into patches")
    if video.embed_dim % video.num_heads or text.hidden_size % text.num_attention_heads:
        raise _bad(name, "has a width that does not divide into its heads")
    if text.hidden_act != "gelu":
        raise _bad(name, f'has the activation "{text.hidden_act}", where only "gelu" is known')
    if not config.version:
        raise _bad(name, "has an empty version")


def _bad(name: str, reason: str) -> InputError:
    return InputError(f"The model's {name} {reason}; correct it.", "bad_config")
