"""How fast cmrclip-base is, and whether its answer is still the published one.

    python -m tests.benchmarks.cmrclip_base

Measures, in one run: the greatest difference from the published outputs in ../shared/parity; one
study through the encoder in float32 and bfloat16 against the plain writing of the published
structure (`plain_video`), by random weights; and the arithmetic rate as a share of what matrix
products of the model's own shape reach. Wall clock and processor seconds are both given, because
wall clock alone says little on a machine that does other things. bfloat16 is left out where the
processor multiplies it more slowly than float32, as one without instructions for it does by far.
The last line is JSON.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from tests.benchmarks import plain_video
from workers.cmrclip.checkpoint import load_strict
from workers.cmrclip.config import (
    CHANNEL_DEVIATIONS,
    CHANNEL_MEANS,
    VideoConfig,
    read_config,
)
from workers.cmrclip.encoders import VideoEncoder
from workers.cmrclip.loss import cosine_similarity
from workers.cmrclip.model import CmrClip

PARITY = Path(__file__).resolve().parents[3] / "shared" / "parity"
ROUNDS = 2


@dataclass
class Timing:
    """The shortest of several runs, seconds."""

    wall: float = float("inf")
    processor: float = float("inf")

    def run(self, work: Callable[[], Tensor]) -> Tensor:
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        self.wall = min(self.wall, time.perf_counter() - wall)
        self.processor = min(self.processor, time.process_time() - processor)
        return result


def parity_errors(folder: Path) -> dict[str, float]:
    """Greatest difference from each of the published outputs in `folder`."""
    model = CmrClip(read_config(folder / "tiny_reference_config.json")).eval()
    load_strict(model, folder / "tiny_reference.safetensors")
    reference = {
        name: torch.from_numpy(values)
        for name, values in np.load(folder / "tiny_reference_io.npz").items()
    }
    with torch.inference_mode():
        video = model.video_model(reference["video"])
        text = model.text_model(reference["input_ids"], reference["attention_mask"])
        video_embeddings, text_embeddings = model.vid_proj(video), model.txt_proj(text)
        ours = {
            "video_features": video,
            "video_embeddings": video_embeddings,
            "text_features": text,
            "text_embeddings": text_embeddings,
            "similarity": cosine_similarity(text_embeddings, video_embeddings),
            "loss": model.loss(text_embeddings, video_embeddings),
        }
    return {name: _greatest_difference(ours[name], reference[name]) for name in ours}


def _greatest_difference(first: Tensor, second: Tensor) -> float:
    if first.shape != second.shape:
        raise ValueError(f"{tuple(first.shape)} is not {tuple(second.shape)}")
    return float((first - second).abs().max())


def published_operations(config: VideoConfig) -> float:
    """Additions and multiplications of one study through the published encoder."""
    pixels = 3 * config.patch_size**2
    patches = config.num_frames * config.patches_per_frame
    embedding = 2 * patches * config.embed_dim * pixels
    return embedding + config.depth * _block_operations(config)


def our_operations(config: VideoConfig) -> float:
    """What is left of them: one channel, and of the last block the class token alone."""
    pixels = config.patch_size**2
    patches = config.num_frames * config.patches_per_frame
    dim = config.embed_dim
    last = 2 * (1 + patches) * 4 * dim**2 + _attention_operations(config, config.num_frames)
    last += 4 * (1 + patches) * config.num_heads * dim
    embedding = 2 * patches * dim * pixels
    return embedding + (config.depth - 1) * _block_operations(config) + last


def _block_operations(config: VideoConfig) -> float:
    tokens = 1 + config.num_frames * config.patches_per_frame
    linear = 2 * tokens * (8 + 2 * config.mlp_ratio) * config.embed_dim**2
    time_groups = _attention_operations(config, config.num_frames)
    space_groups = _attention_operations(config, config.patches_per_frame)
    return linear + time_groups + space_groups


def _attention_operations(config: VideoConfig, group: int) -> float:
    patches = config.num_frames * config.patches_per_frame
    return 4 * config.embed_dim * (patches * (group + 1) + patches + 1)


class ProductRate:
    """What matrix products of the feed-forward's shape reach, operations a second."""

    def __init__(self, config: VideoConfig, dtype: torch.dtype) -> None:
        tokens = 1 + config.num_frames * config.patches_per_frame
        hidden = int(config.embed_dim * config.mlp_ratio)
        self.timings = [Timing(), Timing()]
        self.operations = 2.0 * tokens * hidden * config.embed_dim
        self.products = [
            (torch.randn(tokens, inner, dtype=dtype), torch.randn(outer, inner, dtype=dtype))
            for inner, outer in ((config.embed_dim, hidden), (hidden, config.embed_dim))
        ]

    def measure(self) -> None:
        for timing, (left, right) in zip(self.timings, self.products, strict=True):
            for _ in range(4):
                timing.run(lambda left=left, right=right: functional.linear(left, right))

    @property
    def wall(self) -> float:
        return self.operations / min(timing.wall for timing in self.timings)

    @property
    def processor(self) -> float:
        return self.operations / min(timing.processor for timing in self.timings)


def random_encoder(config: VideoConfig) -> VideoEncoder:
    """The encoder with random weights, none of its embeddings left at zero."""
    torch.manual_seed(0)
    encoder = VideoEncoder(config).eval()
    for name in ("cls_token", "pos_embed", "temporal_embed"):
        torch.nn.init.trunc_normal_(encoder.get_parameter(name), std=0.02)
    return encoder


def as_colour(clip: Tensor) -> Tensor:
    """(1, T, rows, columns) in 0..1 -> (1, T, 3, rows, columns), channels normalised"""
    means = torch.tensor(CHANNEL_MEANS)[:, None, None]
    deviations = torch.tensor(CHANNEL_DEVIATIONS)[:, None, None]
    return ((clip[:, :, None] - means) / deviations).contiguous()


def bright_disc(config: VideoConfig) -> Tensor:
    """A disc that shrinks and grows again on a noisy ground, (1, T, rows, columns) in 0..1."""
    size = config.img_size
    rows, columns = torch.meshgrid(*[torch.linspace(-1, 1, size)] * 2, indexing="ij")
    phase = torch.linspace(0, 2 * torch.pi, config.num_frames)[:, None, None]
    inside = rows.square() + columns.square() < (0.5 + 0.2 * torch.cos(phase)).square()
    noise = torch.rand(config.num_frames, size, size)
    return (0.7 * inside + 0.3 * noise)[None]


@torch.inference_mode()
def main() -> None:
    parity = max(parity_errors(PARITY).values()) if PARITY.is_dir() else None
    print(f"greatest difference from the published outputs: {parity}")
    config = VideoConfig()
    encoder, clip = random_encoder(config), bright_disc(config)
    colour = as_colour(clip)
    narrow_pays = _bfloat16_pays()
    encoders = {"float32": encoder}
    if narrow_pays:
        encoders["bfloat16"] = random_encoder(config)
        encoders["bfloat16"].blocks.to(torch.bfloat16)
    rates = {name: ProductRate(config, getattr(torch, name)) for name in encoders}
    timings = {name: Timing() for name in ("plain", *encoders)}
    found: dict[str, Tensor] = {}
    for turn in range(ROUNDS):
        plain = timings["plain"].run(lambda: plain_video.encode(encoder, colour))
        for name, ours in encoders.items():
            rates[name].measure()
            found[name] = timings[name].run(lambda ours=ours: ours.encode_grey(clip))
            rates[name].measure()
        print(f"round {turn + 1} of {ROUNDS}: {timings}", flush=True)
    done = our_operations(config)
    result: dict[str, float | int | None] = {
        "parity_max_error": parity,
        "threads": torch.get_num_threads(),
        "bfloat16_measured": int(narrow_pays),
        "published_tflop": published_operations(config) / 1e12,
        "our_tflop": done / 1e12,
        "plain_seconds": timings["plain"].wall,
        "plain_processor_seconds": timings["plain"].processor,
    }
    for name, features in found.items():
        timing, rate = timings[name], rates[name]
        result |= {
            f"{name}_seconds": timing.wall,
            f"{name}_processor_seconds": timing.processor,
            f"{name}_speedup": timings["plain"].wall / timing.wall,
            f"{name}_processor_speedup": timings["plain"].processor / timing.processor,
            f"{name}_product_gflops": rate.wall / 1e9,
            f"{name}_percent_of_product_rate": 100 * done / timing.wall / rate.wall,
            f"{name}_percent_of_product_rate_by_processor": (
                100 * done / timing.processor / rate.processor
            ),
            f"{name}_cosine": float(functional.cosine_similarity(features, plain)),
            f"{name}_relative_error": float((features - plain).norm() / plain.norm()),
        }
    print(json.dumps({key: _rounded(value) for key, value in result.items()}))


def _bfloat16_pays() -> bool:
    """Whether this processor multiplies bfloat16 faster than float32."""
    timings = []
    for dtype in (torch.float32, torch.bfloat16):
        left, right = torch.randn(256, 768, dtype=dtype), torch.randn(768, 768, dtype=dtype)
        timing = Timing()
        for _ in range(5):
            timing.run(lambda left=left, right=right: functional.linear(left, right))
        timings.append(timing.wall)
    return timings[1] < timings[0]


def _rounded(value: float | int | None) -> float | int | None:
    return float(f"{value:.5g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
