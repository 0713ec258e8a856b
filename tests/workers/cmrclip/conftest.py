"""Models small enough for a test, with random weights."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from workers.cmrclip.config import ModelConfig, TextConfig, VideoConfig
from workers.cmrclip.model import CmrClip

TINY = ModelConfig(
    video=VideoConfig(img_size=32, num_frames=6, embed_dim=24, depth=3, num_heads=3),
    text=TextConfig(
        vocab_size=50,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=12,
    ),
    projection_dim=10,
    version="tiny",
)


def random_model(config: ModelConfig) -> CmrClip:
    """`config` with random weights, the embeddings that begin as zeros included."""
    torch.manual_seed(7)
    model = CmrClip(config).eval()
    for parameter in model.parameters():
        if parameter.ndim == 1 or not parameter.any():
            torch.nn.init.normal_(parameter, 0.1, 0.3)
    return model


@pytest.fixture
def tiny() -> CmrClip:
    return random_model(TINY)


@pytest.fixture
def checkpoint(tiny: CmrClip, tmp_path: Path) -> Path:
    """The tiny model's weights as a file."""
    path = tmp_path / "tiny.safetensors"
    save_file(tiny.state_dict(), path)
    return path
