"""Whether a study is like those that a model was trained on.

A model is worth what was measured on studies like those it has seen; elsewhere it should say so.
Beside a checkpoint lie vectors of some training studies (`evaluate --reference`); a study whose
nearest of them is farther away than that of 99 % of the training studies themselves is unfamiliar.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from domain.errors import InputError

REFERENCE = "reference.safetensors"
_AT_MOST = 512
_PERCENTILE = 1.0
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Reference:
    """`vectors`: (N, P) of length one; `usual`: the cosine to the nearest other that all but 1 % of
    them reach."""

    vectors: Vectors
    usual: float

    def is_familiar(self, vectors: Vectors) -> NDArray[np.bool_]:
        """(M,) of vectors (M, P)."""
        familiar: NDArray[np.bool_] = (vectors @ self.vectors.T).max(axis=1) >= self.usual
        return familiar


def make_reference(vectors: Vectors, *, at_most: int = _AT_MOST, seed: int = 0) -> Reference:
    """Of the vectors (N, P) of a training library, or of `at_most` drawn from them."""
    some = np.random.default_rng(seed).permutation(len(vectors))[:at_most]
    kept = vectors[some]
    among = kept @ kept.T
    np.fill_diagonal(among, -1.0)
    return Reference(kept, float(np.percentile(among.max(axis=1), _PERCENTILE)))


def write_reference(path: Path, reference: Reference) -> None:
    """In half precision."""
    save_file(
        {
            "vectors": reference.vectors.astype(np.float16),
            "usual": np.array([reference.usual], dtype=np.float32),
        },
        path,
    )


def read_reference(path: Path) -> Reference | None:
    """None where there is no file. Raises InputError for one that is damaged."""
    if not path.exists():
        return None
    try:
        found = load_file(path)
        return Reference(found["vectors"].astype(np.float32), float(found["usual"][0]))
    except (SafetensorError, KeyError, OSError) as error:
        raise InputError(
            f"The model's {path.name} cannot be read ({error}); write it again with"
            " python -m workers.cmrclip.evaluate --reference.",
            "bad_checkpoint",
        ) from error
