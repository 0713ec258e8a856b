"""Serving cine-compact: a checkpoint to an embedder, studies and texts to vectors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from domain.errors import InputError
from workers.cmrclip.augment import collate
from workers.cmrclip.checkpoint import load_strict
from workers.cmrclip.compact_config import read_compact
from workers.cmrclip.compact_input import build_input, wanted_frames
from workers.cmrclip.compact_model import CompactModel
from workers.cmrclip.pixels import StudyPixels

_LONGEST_TEXT = 20_000
_AT_ONCE = 8


class CompactEmbedder:
    """See `embedder.Embedder`."""

    def __init__(self, model: CompactModel, version: str) -> None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = model.eval().requires_grad_(False).to(device)
        self.version = version
        self.trained = model.config.trained
        self.trained_on = model.config.trained_on
        self.home = model.config.home

    @property
    def width(self) -> int:
        """Numbers in an embedding."""
        return self.model.config.projection_dim

    def wanted_frames(
        self, contrast: str, present: NDArray[np.bool_], cycle: NDArray[np.float64] | None
    ) -> NDArray[np.bool_]:
        """As `compact_input.wanted_frames`."""
        return wanted_frames(contrast, present, cycle)

    def embed_studies(self, studies: Sequence[StudyPixels]) -> NDArray[np.float32]:
        """(N, width) of length one. Raises what `build_input` raises."""
        inputs = [build_input(study) for study in studies]
        device = self.model.bias.device
        rows = []
        with torch.inference_mode():
            for start in range(0, len(inputs), _AT_ONCE):
                some = inputs[start : start + _AT_ONCE]
                batch = collate(some, self.model.config.crop).to(device)
                rows.append(self.model.embed_images(batch)[0].float().cpu().numpy())
        return self._checked(rows)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(N, width) of length one: one sentence each, or a report as the mean of its sentences.

        Raises InputError for an empty text and beyond 20,000 characters.
        """
        for text in texts:
            if not text.strip():
                raise InputError("An empty text cannot be embedded; write a sentence.", "bad_text")
            if len(text) > _LONGEST_TEXT:
                raise InputError(
                    f"A text of {len(text):,} characters is too long to embed; keep it under"
                    f" {_LONGEST_TEXT:,}.",
                    "bad_text",
                )
        with torch.inference_mode():
            rows = [self._embed_text(text) for text in texts]
        return self._checked(rows)

    def _embed_text(self, text: str) -> NDArray[np.float32]:
        """(1, width)"""
        from domain.findings import parse
        from workers.cmrclip.sentences import sentences_of

        sentences = [one.text for one in sentences_of(parse(text))] or [text]
        mean = self.model.embed_texts(sentences).float().mean(dim=0, keepdim=True)
        vector: NDArray[np.float32] = torch.nn.functional.normalize(mean).cpu().numpy()
        return vector

    def _checked(self, rows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        result = np.concatenate([np.zeros((0, self.width), np.float32), *rows])
        if not np.isfinite(result).all():
            raise InputError(
                "The image model gave what is no number; check its checkpoint.", "bad_checkpoint"
            )
        return result


def load_model(folder: Path, sha256: str | None = None) -> tuple[CompactModel, str]:
    """The model in a checkpoint folder and its version: name and start of the file's SHA-256.

    Raises InputError for a configuration or checkpoint that cannot be used, naming what is wrong.
    """
    config = read_compact(folder / "config.json")
    model = CompactModel(config)
    found = load_strict(model, folder / "model.safetensors", sha256)
    return model.eval(), f"{config.version}@{found[:12]}"


def load(folder: Path, sha256: str | None = None) -> CompactEmbedder:
    """The embedder of a checkpoint folder."""
    return CompactEmbedder(*load_model(folder, sha256))
