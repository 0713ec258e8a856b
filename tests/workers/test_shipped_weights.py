"""The checkpoint that comes with the platform, and what its card says of it."""

import hashlib

import numpy as np
from django.conf import settings

from workers.cmrclip.familiarity import REFERENCE, read_reference
from workers.serving import calibration_of, load_trained


def test_the_shipped_weights_are_those_of_their_card():
    folder = settings.SHIPPED_CHECKPOINT
    embedder = load_trained(folder)
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    card = (folder / "README.md").read_text()
    assert f"SHA-256 `{digest}`" in card
    assert embedder.version == f"cine-compact-3@{digest[:12]}"
    assert embedder.home == ("CineRounds phantom",)
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert size < 16 * 1024 * 1024
    # What it may speak about is what the card says it may.
    for code, one in calibration_of(folder).items():
        assert f"| {code} |" in card
        assert one.enabled == (one.auroc >= 0.80 and one.calibration_error <= 0.10)
    reference = read_reference(folder / REFERENCE)
    assert reference is not None and reference.vectors.shape == (512, embedder.width)
    assert np.allclose(np.linalg.norm(reference.vectors, axis=1), 1, atol=1e-2)
