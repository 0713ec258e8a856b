"""The comparison for cine-compact: an image-text model of the same size that sees single frames.

Every frame is embedded alone, without its phase, its place in the stack or millimetres, and the
study is the mean of its frames. Everything else is the same: stems, blocks, text tower, patient
facts, loss, library, steps. What it scores below cine-compact is what time, place and size are
worth.
"""

import hashlib

import torch
import torch.nn.functional as functional
from torch import Tensor

from workers.cmrclip.compact_config import CompactConfig
from workers.cmrclip.compact_model import (
    MIDDLE_GREY,
    CompactBatch,
    CompactModel,
    ImageEncoder,
    SliceStem,
)

_PHASES_SEEN = (0, 3, 6, 9)
# Fields of view of 280 to 420 mm on a matrix of the same size.
_SMALLEST, _LARGEST = 0.8, 1.25


class FrameEncoder(ImageEncoder):
    """The same layers, each frame a study of its own, then the mean."""

    def __init__(self, config: CompactConfig) -> None:
        super().__init__(config)
        self.cine_stem = SliceStem(1, config.channels, config.width)

    def forward(self, batch: CompactBatch) -> Tensor:
        """-> (B, D)"""
        phases = torch.randint(12, (1,)) if self.training else torch.tensor(_PHASES_SEEN)
        cine = batch.cine[:, phases].flatten(0, 1)[:, None]
        owner = torch.cat((batch.cine_owner.repeat_interleave(len(phases)), batch.lge_owner))
        moving = self.cine_stem(_without_millimetres(cine, owner[: len(cine)], batch))
        still = self.lge_stem(_without_millimetres(batch.lge, batch.lge_owner, batch))
        tokens = torch.cat((moving, still))[:, None]
        patient = self.patient(batch.patient)[owner][:, None]
        start = self.cls_token.expand(len(tokens), -1, -1)
        encoded = self.norm(self.blocks(torch.cat((start, patient, tokens), dim=1))[:, 0])
        summed = encoded.new_zeros(batch.size, encoded.shape[1]).index_add(0, owner, encoded)
        counts = torch.bincount(owner, minlength=batch.size).clamp_min(1)
        return summed / counts[:, None]


def zooms(batch: CompactBatch) -> Tensor:
    """(B,) in 0.8..1.25: how much a study of unknown field of view is enlarged, settled by its
    pixels, the same each time."""
    found = []
    for study in range(batch.size):
        first = int((batch.cine_owner == study).nonzero()[0])
        digest = hashlib.sha256(batch.cine[first, 0].contiguous().numpy().tobytes()).digest()
        found.append(_SMALLEST + (_LARGEST - _SMALLEST) * int.from_bytes(digest[:4]) / 2**32)
    return torch.tensor(found)


def _without_millimetres(frames: Tensor, owner: Tensor, batch: CompactBatch) -> Tensor:
    """(F, 1, side, side), each study enlarged by a factor that nobody tells the model."""
    if len(frames) == 0:
        return frames
    scale = 1.0 / zooms(batch)[owner]
    matrix = torch.zeros(len(frames), 2, 3)
    matrix[:, 0, 0] = matrix[:, 1, 1] = scale
    grid = functional.affine_grid(matrix, list(frames.shape), align_corners=False)
    zoomed = functional.grid_sample(frames, grid, mode="bilinear", align_corners=False)
    return zoomed - MIDDLE_GREY


class FrameModel(CompactModel):
    """cine-compact with the frame-wise encoder in the place of its own."""

    def __init__(self, config: CompactConfig) -> None:
        super().__init__(config)
        self.image = FrameEncoder(config)
