"""Serving cmrclip-base: a checkpoint to an embedder, studies and texts to vectors.

float32 is the default and gives the published answer. bfloat16 runs the transformer blocks in half
the width, on processors that multiply it in hardware about twice as fast; its vectors differ
slightly, so its version says so and the two are never compared with one another.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from domain.errors import InputError
from workers.cmrclip.checkpoint import load_strict
from workers.cmrclip.config import ModelConfig, read_config
from workers.cmrclip.model import CmrClip
from workers.cmrclip.pixels import StudyPixels
from workers.cmrclip.tensor import ClipTensor, build_clip, validate_clip

Precision = Literal["float32", "bfloat16"]
TOKENIZER = "tokenizer.json"
MAX_TEXT = 1_000_000


class ClipEmbedder:
    """An `Embedder` of cmrclip-base. Not safe for use by several threads at once.

    - `version`: the configuration's name of the weights, the start of the checkpoint's SHA-256, and
      the precision where it is not float32; store it with every vector
    - `trained`: False for random weights, which must never rank anything that people see
    - `tokenizer`: of the text encoder's lower-cased WordPiece vocabulary; None where the checkpoint
      came without
    """

    def __init__(
        self,
        model: CmrClip,
        version: str,
        precision: Precision = "float32",
        tokenizer: Tokenizer | None = None,
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self.version = version
        self.trained = model.config.trained
        self.trained_on = ""
        self.home: tuple[str, ...] = ()
        if precision == "bfloat16":
            # Patches, positions, the last normalisation and the head stay in float32.
            model.video_model.blocks.to(torch.bfloat16)

    @property
    def width(self) -> int:
        """Numbers in an embedding."""
        return self.model.config.projection_dim

    def wanted_frames(
        self, contrast: str, present: NDArray[np.bool_], cycle: NDArray[np.float64] | None
    ) -> NDArray[np.bool_]:
        """(slices, phases): all there are of the contrasts that clips are made of."""
        return present if contrast in ("cine", "lge") else np.zeros_like(present)

    def embed_studies(self, studies: Sequence[StudyPixels]) -> NDArray[np.float32]:
        """One vector a study, (N, width) float32 of length one, of the clip that `build_clip` makes
        of its stacks. Raises InputError for a study that no clip can be made of."""
        # Clip by clip: a clip is 13 MB, and more at once is no faster.
        rows = [self.embed_clips([build_clip(study.stacks)]) for study in studies]
        return np.concatenate([np.empty((0, self.width), np.float32), *rows])

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector a text, (N, width) float32 of length one; lower-cased, and cut where the text
        encoder has no more positions (512 ids as published).

        Raises InputError for a checkpoint without its tokenizer, and for an empty or far too long
        text.
        """
        if self.tokenizer is None:
            raise InputError(
                f"The checkpoint came without {TOKENIZER}, so the image model cannot embed texts;"
                " put the tokenizer of its text encoder beside config.json.",
                "no_tokenizer",
            )
        if not texts:
            return np.empty((0, self.width), np.float32)
        for text in texts:
            if not text.strip():
                raise InputError("An empty text cannot be embedded; write something.", "bad_text")
            if len(text) > MAX_TEXT:
                raise InputError(
                    f"The text is longer than {MAX_TEXT:,} characters; shorten it.", "bad_text"
                )
        encoded = self.tokenizer.encode_batch([text.lower() for text in texts])
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        return self.embed_tokens(ids, mask)

    def embed_clips(self, clips: Sequence[ClipTensor]) -> NDArray[np.float32]:
        """One vector a clip, (N, width) float32 of length one; no clips give (0, width).

        Raises InputError for a clip that `validate_clip` refuses, or that has another size than
        the model was built for.
        """
        for clip in clips:
            validate_clip(clip)
            self._check_size(clip.frames)
        # One at a time: more at once is no faster on a processor and needs more memory.
        return self._stacked([self._embed(clip.frames) for clip in clips])

    def embed_tokens(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """One vector a text, (N, width) float32 of length one.

        `input_ids`, `attention_mask`: (N, tokens) of the text encoder's own lower-cased WordPiece
        vocabulary; beyond its positions they are cut off. Raises InputError for arrays that do not
        fit, ids outside the vocabulary, and a text without tokens.
        """
        self._check_tokens(input_ids, attention_mask)
        with torch.inference_mode():
            embedded = self.model.embed_text(
                torch.from_numpy(input_ids), torch.from_numpy(attention_mask)
            )
            return self._stacked(list(functional.normalize(embedded)))

    def _embed(self, frames: Tensor) -> Tensor:
        """(T, rows, columns) -> (width,)"""
        with torch.inference_mode():
            return functional.normalize(self.model.embed_grey(frames[None]))[0]

    def _stacked(self, vectors: list[Tensor]) -> NDArray[np.float32]:
        rows = [vector.numpy() for vector in vectors]
        result = np.array(rows, dtype=np.float32).reshape(len(rows), self.width)
        if not np.isfinite(result).all():
            raise InputError(
                "The image model gave what is no number; check its checkpoint.", "bad_checkpoint"
            )
        return result

    def _check_size(self, frames: Tensor) -> None:
        video = self.model.config.video
        if frames.shape[0] > video.num_frames or frames.shape[1] != video.img_size:
            raise InputError(
                f"The image model was built for {video.num_frames} frames of {video.img_size} x"
                f" {video.img_size}, not for clips of {tuple(frames.shape)}; use another"
                " checkpoint.",
                "bad_checkpoint",
            )

    def _check_tokens(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> None:
        vocabulary = self.model.config.text.vocab_size
        if input_ids.ndim != 2 or input_ids.shape != attention_mask.shape or 0 in input_ids.shape:
            raise InputError("Token ids and their mask must both be (texts, tokens).", "bad_tokens")
        if input_ids.min() < 0 or input_ids.max() >= vocabulary:
            raise InputError(
                f"Token ids must lie in 0..{vocabulary - 1}, the text model's vocabulary.",
                "bad_tokens",
            )
        limit = self.model.config.text.max_position_embeddings
        if not attention_mask[:, :limit].any(axis=1).all():
            raise InputError("A text without tokens cannot be embedded.", "bad_tokens")


def load_model(
    path: Path,
    *,
    config: ModelConfig | None = None,
    sha256: str | None = None,
    precision: Precision = "float32",
) -> ClipEmbedder:
    """The embedder of a safetensors checkpoint.

    `config`: None reads the JSON beside it, `<name>_config.json` or else `config.json`. The
    tokenizer is taken from a `tokenizer.json` beside it, where there is one.
    `sha256`: what the checkpoint must hash to. Raises InputError for a configuration or checkpoint
    that cannot be used, naming what is wrong.
    """
    config = config or read_config(config_beside(path))
    # On the meta device nothing is allocated or initialised before the weights arrive.
    with torch.device("meta"):
        model = CmrClip(config)
    found = load_strict(model, path, sha256)
    version = f"{config.version}@{found[:12]}"
    version = version if precision == "float32" else f"{version}+bf16"
    tokenizer = _tokenizer(path.with_name(TOKENIZER), config)
    return ClipEmbedder(model, version, precision, tokenizer)


def _tokenizer(path: Path, config: ModelConfig) -> Tokenizer | None:
    """Cuts at the text encoder's positions and fills shorter texts up."""
    if not path.exists():
        return None
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as cause:
        # The library raises a bare Exception for whatever is wrong with the file.
        raise InputError(
            f"The {path.name} beside the checkpoint is damaged; fetch it again.", "bad_checkpoint"
        ) from cause
    if tokenizer.get_vocab_size() > config.text.vocab_size:
        raise InputError(
            f"The {path.name} beside the checkpoint has {tokenizer.get_vocab_size()} words where"
            f" the text encoder has {config.text.vocab_size}; use the tokenizer that came with it.",
            "bad_checkpoint",
        )
    tokenizer.enable_truncation(config.text.max_position_embeddings)
    tokenizer.enable_padding()
    return tokenizer


def config_beside(path: Path) -> Path:
    """The configuration of a safetensors file: `<name>_config.json`, else `config.json`."""
    own = path.with_name(f"{path.stem}_config.json")
    return own if own.exists() else path.with_name("config.json")
