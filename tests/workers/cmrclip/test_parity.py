"""The same answers as the published implementation, and as its plain rewriting."""

from pathlib import Path

import pytest
import torch

from tests.benchmarks import plain_video
from tests.benchmarks.cmrclip_base import parity_errors
from workers.cmrclip.config import (
    CHANNEL_DEVIATIONS,
    CHANNEL_MEANS,
    CMRCLIP_BASE,
    VideoConfig,
)
from workers.cmrclip.encoders import VideoEncoder
from workers.cmrclip.model import CmrClip

TOLERANCE = 1e-5


def test_everything_matches_the_published_outputs(shared: Path):
    errors = parity_errors(shared / "parity")
    assert set(errors) == {
        "video_features",
        "video_embeddings",
        "text_features",
        "text_embeddings",
        "similarity",
        "loss",
    }
    assert all(error < TOLERANCE for error in errors.values()), errors


def test_the_base_model_has_the_published_size():
    with torch.device("meta"):
        model = CmrClip(CMRCLIP_BASE)
    assert len(list(model.video_model.parameters())) == 223
    assert sum(p.numel() for p in model.video_model.parameters()) == 114_214_656
    assert sum(p.numel() for p in model.text_model.parameters()) == 108_310_272
    assert model.vid_proj[1].weight.shape == (512, 768)


@pytest.mark.parametrize("frames", [6, 4, 1])
def test_the_fast_encoder_gives_what_the_plain_one_gives(tiny: CmrClip, frames: int):
    video = torch.randn(2, frames, 3, 32, 32)
    with torch.inference_mode():
        plain = plain_video.encode(tiny.video_model, video)
        assert torch.allclose(tiny.video_model(video), plain, atol=TOLERANCE)


def test_a_long_clip_goes_through_in_parts():
    """More tokens and more groups than the encoder takes at a time."""
    encoder = VideoEncoder(VideoConfig(num_frames=6, embed_dim=24, depth=2, num_heads=3)).eval()
    video = torch.randn(1, 6, 3, 224, 224)
    with torch.inference_mode():
        plain = plain_video.encode(encoder, video)
        assert torch.allclose(encoder(video), plain, atol=TOLERANCE)


def test_gradients_are_those_of_the_plain_encoder(tiny: CmrClip):
    video = torch.randn(2, 5, 3, 32, 32)
    parameters = dict(tiny.video_model.named_parameters())

    def gradients(features: torch.Tensor) -> dict[str, torch.Tensor]:
        found = torch.autograd.grad(features.square().sum(), list(parameters.values()))
        return dict(zip(parameters, found, strict=True))

    plain = gradients(plain_video.encode(tiny.video_model, video))
    for name, gradient in gradients(tiny.video_model(video)).items():
        assert torch.allclose(gradient, plain[name], atol=1e-4, rtol=1e-3), name


def test_a_grey_clip_is_three_equal_normalised_channels(tiny: CmrClip):
    grey = torch.rand(2, 6, 32, 32)
    means = torch.tensor(CHANNEL_MEANS)[:, None, None]
    deviations = torch.tensor(CHANNEL_DEVIATIONS)[:, None, None]
    colour = (grey[:, :, None].expand(-1, -1, 3, -1, -1) - means) / deviations
    with torch.inference_mode():
        assert torch.allclose(
            tiny.embed_grey(grey), tiny.embed_video(colour.contiguous()), atol=TOLERANCE
        )


def test_padding_and_overlong_text_do_not_change_the_features(tiny: CmrClip):
    ids = torch.randint(0, 50, (1, 12))
    mask = torch.ones_like(ids)
    with torch.inference_mode():
        features = tiny.text_model(ids, mask)
        longer = torch.cat((ids, ids), dim=1), torch.cat((mask, mask), dim=1)
        assert torch.equal(tiny.text_model(*longer), features)
        short = tiny.text_model(ids[:, :5], mask[:, :5])
        masked = mask.clone()
        masked[:, 5:] = 0
        assert torch.allclose(tiny.text_model(ids, masked), short, atol=TOLERANCE)
