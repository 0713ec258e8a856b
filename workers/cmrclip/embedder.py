"""What serving asks of a model, whichever it is."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from workers.cmrclip.pixels import StudyPixels


class Embedder(Protocol):
    """A loaded model in evaluation mode. Not safe for use by several threads at once.

    - `version`: name of the weights with the start of the checkpoint's SHA-256; stored with every
      vector, and vectors of two versions are never compared
    - `trained`: False for random weights, which must never rank anything that people see
    - `trained_on`: in words that complete "trained on …", "" where that is not known
    - `home`: Manufacturer (0008,0070) of the studies that its worth was measured on; empty where
      that is no matter of the manufacturer
    - `width`: numbers in an embedding
    """

    version: str
    trained: bool
    trained_on: str
    home: tuple[str, ...]

    @property
    def width(self) -> int: ...

    def wanted_frames(
        self, contrast: str, present: NDArray[np.bool_], cycle: NDArray[np.float64] | None
    ) -> NDArray[np.bool_]:
        """(slices, phases): the frames of a stack that `embed_studies` looks at, the only ones that
        need decoding. `present`, `cycle` as in `StackPixels`."""
        ...

    def embed_studies(self, studies: Sequence[StudyPixels]) -> NDArray[np.float32]:
        """(N, width) of length one. Raises InputError for a study without a usable cine, and for
        pixels that are no numbers or of one grey."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(N, width) of length one. Raises InputError for an empty or far too long text, and where
        the checkpoint came without the tokenizer that its text encoder needs."""
        ...
