"""cine-compact: a small model that sees whole studies in millimetres and texts by sentence.

Letters in shapes: B studies, S cine slices of all studies together, L enhancement slices, N tokens
of a study (1 + 1 + its slices), D width, W words of a sentence.

Image side: a slice's cycle of 12 places becomes its mean and first harmonics, and a convolutional
stem turns those into one token (a tubelet over the whole cycle); the token carries view, place in
the stack and slice spacing; a patient token carries sex and body surface area; a transformer over
the tokens ends in a class token.
Text side: one of the towers of `towers`. Both end in one space of `projection_dim` numbers.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from workers.cmrclip.compact_config import CompactConfig
from workers.cmrclip.compact_input import PHASES, VIEWS
from workers.cmrclip.towers import build_tower

# What the middle grey of a study is about, and the gains of the harmonics of a cycle.
MIDDLE_GREY = 0.3
_GAINS = (5.0, 8.0, 8.0)
AHA_SEGMENTS = 17


@dataclass
class CompactBatch:
    """Several studies together; `owner` says which study a slice belongs to.

    - `cine`: (S, 12, side, side) in 0..1; `lge`: (L, 1, side, side) in 0..1
    - `cine_owner` (S,), `lge_owner` (L,): 0..B-1; `cine_views`, `lge_views`: indices into VIEWS
    - `cine_places` (S, 2), `lge_places` (L, 2): mm, see `CompactInput`
    - `patient`: (B, 4)
    """

    cine: Tensor
    cine_owner: Tensor
    cine_views: Tensor
    cine_places: Tensor
    lge: Tensor
    lge_owner: Tensor
    lge_views: Tensor
    lge_places: Tensor
    patient: Tensor

    @property
    def size(self) -> int:
        return len(self.patient)

    def to(self, device: torch.device) -> "CompactBatch":
        """The same with every tensor on `device`."""
        return CompactBatch(**{name: one.to(device) for name, one in vars(self).items()})


def harmonics_of_cycle() -> Tensor:
    """(7, 12): mean, then cosine and sine of the first three harmonics of a cycle, orthonormal rows
    times a gain.

    Neighbouring phases are nearly alike, so on phases as they are a filter sees little but the
    still picture. The gains bring what moves to about the size of what stands (deviations over
    phantoms .91 against .09, .04 and .03); higher harmonics are noise at 12 places.
    """
    turn = 2 * math.pi * torch.arange(PHASES) / PHASES
    rows = [torch.ones(PHASES) / math.sqrt(PHASES)]
    for harmonic, gain in enumerate(_GAINS, start=1):
        for wave in (torch.cos(harmonic * turn), torch.sin(harmonic * turn)):
            rows.append(gain * math.sqrt(2 / PHASES) * wave)
    return torch.stack(rows)


class SliceStem(nn.Module):
    """(S, C, 96, 96) -> (S, D): halved in size four times, then laid out as a 3 x 3 grid."""

    def __init__(self, inputs: int, channels: tuple[int, int, int, int], width: int) -> None:
        super().__init__()
        first, second, third, fourth = channels
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, first, 5, stride=2, padding=2), nn.GroupNorm(4, first), nn.GELU(),
            nn.Conv2d(first, second, 3, stride=2, padding=1), nn.GroupNorm(8, second), nn.GELU(),
            nn.Conv2d(second, third, 3, stride=2, padding=1), nn.GroupNorm(8, third), nn.GELU(),
            _Residual(third),
            nn.Conv2d(third, fourth, 3, stride=2, padding=1), nn.GroupNorm(8, fourth), nn.GELU(),
            nn.AdaptiveAvgPool2d(3), nn.Flatten(),
        )  # fmt: skip
        self.proj = nn.Linear(9 * fourth, width)

    def forward(self, pixels: Tensor) -> Tensor:
        tokens: Tensor = self.proj(self.layers(pixels))
        return tokens


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.GroupNorm(8, channels)

    def forward(self, pixels: Tensor) -> Tensor:
        return pixels + functional.gelu(self.norm(self.conv(pixels)))


class ImageEncoder(nn.Module):
    """A batch of studies -> (B, D)."""

    harmonics: Tensor

    def __init__(self, config: CompactConfig) -> None:
        super().__init__()
        width = config.width
        self.register_buffer("harmonics", harmonics_of_cycle(), persistent=False)
        self.cine_stem = SliceStem(len(self.harmonics), config.channels, width)
        self.lge_stem = SliceStem(1, config.channels, width)
        self.view = nn.Embedding(2 * len(VIEWS), width)
        self.place = nn.Linear(8, width)
        self.patient = nn.Linear(4, width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        layer = nn.TransformerEncoderLayer(
            width, config.heads, 4 * width, dropout=0.0, activation="gelu",
            batch_first=True, norm_first=True,
        )  # fmt: skip
        self.blocks = nn.TransformerEncoder(layer, config.depth, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)

    def forward(self, batch: CompactBatch) -> Tensor:
        """-> (B, D)"""
        waves = torch.einsum("kt,sthw->skhw", self.harmonics, batch.cine - MIDDLE_GREY)
        cine = self.cine_stem(waves) + self._where(batch.cine_views, batch.cine_places)
        lge = self.lge_stem(batch.lge - MIDDLE_GREY) + self._where(
            batch.lge_views + len(VIEWS), batch.lge_places
        )
        slices = torch.cat((cine, lge))
        owner = torch.cat((batch.cine_owner, batch.lge_owner))
        # The slices of one study side by side, shorter studies filled up with masked zeros.
        order = torch.argsort(owner, stable=True)
        owner, slices = owner[order], slices[order]
        counts = torch.bincount(owner, minlength=batch.size)
        column = torch.arange(len(owner), device=owner.device) - (counts.cumsum(0) - counts)[owner]
        tokens = slices.new_zeros(batch.size, int(counts.max()), slices.shape[1])
        tokens[owner, column] = slices
        empty = torch.ones(tokens.shape[:2], dtype=torch.bool, device=owner.device)
        empty[owner, column] = False
        patient = self.patient(batch.patient)[:, None]
        tokens = torch.cat((self.cls_token.expand(batch.size, -1, -1), patient, tokens), dim=1)
        padding = functional.pad(empty, (2, 0), value=False)
        encoded: Tensor = self.norm(self.blocks(tokens, src_key_padding_mask=padding)[:, 0])
        return encoded

    def _where(self, views: Tensor, places: Tensor) -> Tensor:
        """View, and where in the stack: mm and waves of 40, 80 and 160 mm; (slices, D)"""
        mm, spacing = places[:, :1], places[:, 1:]
        waves = [f(2 * math.pi * mm / length) for length in (40, 80, 160)
                 for f in (torch.sin, torch.cos)]  # fmt: skip
        placed: Tensor = self.view(views) + self.place(
            torch.cat((mm / 50, spacing / 10, *waves), dim=1)
        )
        return placed


class ImageOutputs(NamedTuple):
    """Of B studies: `embeddings` (B, projection_dim) of length one, `measures` (B, measures)
    standardised, `segments` (B, located * 17) logits that a finding lies in an AHA segment."""

    embeddings: Tensor
    measures: Tensor
    segments: Tensor


class CompactModel(nn.Module):
    """Image encoder, text tower, the two heads that make them meet, and two that only train the
    encoder: stated numbers, and the segments in which a finding is told to lie.

    Embeddings are (·, projection_dim) of length one. The probability that a sentence holds for a
    study is sigmoid(scale * cosine + bias), learned (Zhai et al. 2023, arXiv:2303.15343).
    """

    def __init__(self, config: CompactConfig) -> None:
        super().__init__()
        self.config = config
        self.image = ImageEncoder(config)
        self.text = build_tower(config.text, config.projection_dim)
        self.image_head = nn.Linear(config.width, config.projection_dim)
        self.measure = nn.Linear(config.width, len(config.measures))
        # No empty layer, so that weights without it load as they are.
        self.segments = (
            nn.Linear(config.width, AHA_SEGMENTS * len(config.located)) if config.located else None
        )
        self.log_scale = nn.Parameter(torch.tensor(math.log(10.0)))
        self.bias = nn.Parameter(torch.tensor(-1.0))

    def embed_images(self, batch: CompactBatch) -> ImageOutputs:
        """All that the images of a batch say."""
        features = self.image(batch)
        return ImageOutputs(
            functional.normalize(self.image_head(features)),
            self.measure(features),
            self.segments(features) if self.segments else features[:, :0],
        )

    def embed_texts(self, texts: list[str]) -> Tensor:
        """-> (texts, projection_dim) of length one"""
        return functional.normalize(self.text(texts))

    def logits(self, images: Tensor, texts: Tensor) -> Tensor:
        """(B, P), (T, P) -> (B, T): that each sentence holds for each study"""
        return self.log_scale.exp() * images @ texts.T + self.bias
