"""The model that this process embeds with: loaded once, when work first needs it.

No checkpoint, one that cannot be loaded and one that is not trained all mean the same to the
queue: its rows stay where they are. The log says which it is, once, and again after each further
try.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from domain.errors import InputError
from similar.models import EMBEDDING_WIDTH, ModelVersion
from similar.services import register_version
from workers.cmrclip.contrast import (
    CALIBRATION,
    Calibration,
    ContrastReader,
    read_calibration,
)
from workers.cmrclip.embedder import Embedder
from workers.cmrclip.familiarity import REFERENCE, Reference, read_reference
from workers.cmrclip.pixels import StudyPixels
from workers.cmrclip.registry import load_embedder

log = logging.getLogger(__name__)
# A checkpoint may be put right while the worker runs, but is not read anew at every kick.
RETRY_SECONDS = 60.0


@dataclass(frozen=True)
class Serving:
    """A trained model, what asks it for findings, what it was trained on, and the row of its
    version. Its calls take turns, as an embedder asks for."""

    embedder: Embedder
    findings: ContrastReader
    reference: Reference | None
    version: ModelVersion
    turn: threading.Lock

    def embed_studies(self, studies: Sequence[StudyPixels]) -> NDArray[np.float32]:
        """As `Embedder.embed_studies`."""
        with self.turn:
            return self.embedder.embed_studies(studies)

    def is_familiar(self, vector: Sequence[float], manufacturer: str) -> bool | None:
        """Whether a study of that vector, from that manufacturer's scanner, is like those trained
        on; None where nobody can tell."""
        if self.embedder.home and manufacturer not in self.embedder.home:
            return False
        if self.reference is None:
            return None
        return bool(self.reference.is_familiar(np.array([vector], dtype=np.float32))[0])

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `Embedder.embed_texts`."""
        with self.turn:
            return self.embedder.embed_texts(texts)


class Server:
    """Loads the checkpoint that the settings name and registers its version.

    One of these a process; tests make their own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._serving: Serving | None = None
        self._not_before = 0.0

    def serving(self) -> Serving | None:
        """The trained model, None where there is none to embed with."""
        with self._lock:
            if self._serving is None and time.monotonic() >= self._not_before:
                self._serving = self._load()
                self._not_before = time.monotonic() + RETRY_SECONDS
            return self._serving

    def _load(self) -> Serving | None:
        if settings.CHECKPOINT in ("", "none"):
            return None
        checkpoint = Path(settings.CHECKPOINT)
        try:
            embedder = load_trained(checkpoint)
            calibration = calibration_of(checkpoint)
            findings = ContrastReader(embedder.embed_texts, list(calibration))
            reference = read_reference(_folder(checkpoint) / REFERENCE)
        except InputError as error:
            log.error("nothing is embedded: %s", error.sentence)
            return None
        except Exception:
            # Whatever it is (no memory, no module), the worker has other work to do.
            log.exception("nothing is embedded: the checkpoint could not be loaded")
            return None
        version = register_version(
            name=embedder.version,
            trained_on=embedder.trained_on,
            calibration={code: asdict(one) for code, one in calibration.items()},
        )
        log.info("embedding with %s", version)
        return Serving(embedder, findings, reference, version, threading.Lock())


def calibration_of(checkpoint: Path) -> dict[str, Calibration]:
    """What lies beside a checkpoint (its folder, or its file); empty where nothing does."""
    return read_calibration(_folder(checkpoint) / CALIBRATION)


def _folder(checkpoint: Path) -> Path:
    return checkpoint if checkpoint.is_dir() else checkpoint.parent


def load_trained(path: Path) -> Embedder:
    """The embedder of a checkpoint. Raises InputError for one that cannot be used here: damaged,
    not trained, or of another width than is stored."""
    embedder = load_embedder(path)
    if not embedder.trained:
        raise InputError(
            f"The image model {embedder.version} is not trained and must not rank anything;"
            " set CINEROUNDS_CHECKPOINT to a trained one.",
            "not_trained",
        )
    if embedder.width != EMBEDDING_WIDTH:
        raise InputError(
            f"The image model {embedder.version} gives {embedder.width} numbers where"
            f" {EMBEDDING_WIDTH} are stored; use another checkpoint.",
            "bad_checkpoint",
        )
    return embedder


server = Server()
