"""From a checkpoint on disk to vectors."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace

from domain.errors import InputError
from tests.workers.cmrclip.conftest import TINY, random_model
from tests.workers.cmrclip.stacks import stack
from workers.cmrclip.checkpoint import file_sha256
from workers.cmrclip.config import ModelConfig, VideoConfig
from workers.cmrclip.inference import load_model
from workers.cmrclip.pixels import StudyPixels
from workers.cmrclip.registry import ARCHITECTURES, load_embedder
from workers.cmrclip.tensor import ClipTensor, build_clip

SMALL = ModelConfig(
    video=VideoConfig(embed_dim=24, depth=2, num_heads=3),
    text=TINY.text,
    version="small",
    trained=True,
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A checkpoint for clips of the published size, its configuration beside it."""
    path = tmp_path / "small.safetensors"
    save_file(random_model(SMALL).state_dict(), path)
    (tmp_path / "small_config.json").write_text(json.dumps(asdict(SMALL)))
    return path


@pytest.fixture(scope="module")
def clips() -> list[ClipTensor]:
    return [
        build_clip([stack("sax", "cine", 3, 20, seed=1)]),
        build_clip([stack("lax4", "cine", 1, 30, seed=2), stack("sax", "lge", 10, 1, seed=3)]),
    ]


def test_clips_become_vectors_of_length_one(small: Path, clips: list[ClipTensor]):
    embedder = load_model(small)
    vectors = embedder.embed_clips(clips)
    assert vectors.shape == (2, 512)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert not np.allclose(vectors[0], vectors[1], atol=1e-6)
    assert np.array_equal(embedder.embed_clips(clips[1:]), vectors[1:])
    assert embedder.embed_clips([]).shape == (0, 512)


def test_the_vector_is_the_models_own(small: Path, clips: list[ClipTensor]):
    with torch.inference_mode():
        embedded = random_model(SMALL).embed_grey(clips[0].frames[None])[0]
        expected = embedded / embedded.norm()
    assert np.allclose(load_model(small).embed_clips(clips[:1])[0], expected, atol=1e-6)


def test_the_version_names_the_weights_and_the_precision(small: Path):
    start = f"small@{file_sha256(small)[:12]}"
    embedder = load_model(small)
    assert (embedder.version, embedder.trained) == (start, True)
    assert load_model(small, precision="bfloat16").version == f"{start}+bf16"
    assert not any(parameter.requires_grad for parameter in embedder.model.parameters())
    assert not embedder.model.training


def test_half_width_stays_close(small: Path, clips: list[ClipTensor]):
    full = load_model(small).embed_clips(clips)
    half = load_model(small, precision="bfloat16").embed_clips(clips)
    assert half.dtype == np.float32
    assert ((full * half).sum(axis=1) > 0.999).all()


def test_texts_become_vectors_of_length_one(checkpoint: Path):
    embedder = load_model(checkpoint, config=TINY)
    ids = np.arange(10, dtype=np.int64).reshape(2, 5)
    vectors = embedder.embed_tokens(ids, np.ones_like(ids))
    assert vectors.shape == (2, 10)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_tokens_that_do_not_fit_are_refused(checkpoint: Path):
    embedder = load_model(checkpoint, config=TINY)
    ids = np.arange(10, dtype=np.int64).reshape(2, 5)
    with pytest.raises(InputError, match="must both be"):
        embedder.embed_tokens(ids, np.ones_like(ids)[:, :3])
    with pytest.raises(InputError, match=r"0\.\.49"):
        embedder.embed_tokens(ids + 45, np.ones_like(ids))
    with pytest.raises(InputError, match="without tokens"):
        embedder.embed_tokens(ids, np.zeros_like(ids))


def test_a_clip_of_another_size_or_with_nan_is_refused(
    small: Path, checkpoint: Path, clips: list[ClipTensor]
):
    with pytest.raises(InputError, match="built for 6 frames of 32 x 32"):
        load_model(checkpoint, config=TINY).embed_clips(clips)
    frames = clips[0].frames.clone()
    frames[5, 0, 0] = torch.nan
    with pytest.raises(InputError, match="no numbers"):
        load_model(small).embed_clips([ClipTensor(frames, clips[0].sources)])


def test_weights_that_overflow_are_reported(tmp_path: Path, clips: list[ClipTensor]):
    model = random_model(SMALL)
    model.vid_proj[1].weight.data.fill_(3e38)
    path = tmp_path / "huge.safetensors"
    save_file(model.state_dict(), path)
    with pytest.raises(InputError, match="check its checkpoint"):
        load_model(path, config=SMALL).embed_clips(clips[:1])


def test_a_checkpoint_needs_its_configuration(checkpoint: Path):
    with pytest.raises(InputError, match=r"config\.json is absent"):
        load_model(checkpoint)
    (checkpoint.parent / "config.json").write_text(json.dumps(asdict(TINY)))
    assert load_model(checkpoint).width == 10


# --- the registry, and what serving asks of a model ----------------------------------------------


@pytest.fixture
def folder(small: Path) -> Path:
    """A checkpoint folder as it is served."""
    small.rename(small.with_name("model.safetensors"))
    small.with_name("small_config.json").rename(small.with_name("config.json"))
    return small.parent


def write_tokenizer(folder: Path, words: list[str]) -> None:
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *words])}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))


def test_a_folder_and_its_file_are_the_same_checkpoint(folder: Path):
    by_folder = load_embedder(folder)
    assert by_folder.version == load_embedder(folder / "model.safetensors").version
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({"architecture": "cmrclip-base"} | config))
    assert load_embedder(folder).version == by_folder.version
    assert (by_folder.trained, by_folder.width) == (True, 512)


def test_an_unknown_architecture_is_refused_by_its_name(folder: Path):
    (folder / "config.json").write_text('{"architecture": "cine-huge"}')
    with pytest.raises(InputError, match=r'"cine-huge".*known are cine-compact, cmrclip-base'):
        load_embedder(folder)


def test_each_architecture_has_its_own_loader(folder: Path):
    # It is cine-compact's own reader that misses its entries in this configuration.
    (folder / "config.json").write_text('{"architecture": "cine-compact", "video": {}}')
    assert "cine-compact" in ARCHITECTURES
    with pytest.raises(InputError, match="video"):
        load_embedder(folder)


def test_a_folder_with_no_or_two_weights_is_refused(folder: Path):
    (folder / "model.safetensors").rename(folder / "a.safetensors")
    assert load_embedder(folder).width == 512
    (folder / "b.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match=r"holds 2 \.safetensors"):
        load_embedder(folder)
    with pytest.raises(InputError, match="CINEROUNDS_CHECKPOINT"):
        load_embedder(folder / "absent")


def test_studies_become_the_vectors_of_their_clips(folder: Path):
    stacks = [[stack("sax", "cine", 3, 20, seed=1)], [stack("lax4", "cine", 1, 30, seed=2)]]
    embedder = load_model(folder / "model.safetensors")
    vectors = embedder.embed_studies([StudyPixels(tuple(one)) for one in stacks])
    assert np.array_equal(vectors, embedder.embed_clips([build_clip(one) for one in stacks]))
    assert embedder.embed_studies([]).shape == (0, 512)
    with pytest.raises(InputError, match="no cine"):
        embedder.embed_studies([StudyPixels((stack("sax", "lge", 3, 1),))])


def test_texts_are_lower_cased_cut_and_filled_up(folder: Path):
    write_tokenizer(folder, ["dilated", "ventricle", "aorta"])
    embedder = load_embedder(folder)
    one, same, longer, cut = embedder.embed_texts(
        ["Dilated", "DILATED", "dilated ventricle", " ".join(["dilated"] * 12 + ["aorta"])]
    )
    assert np.array_equal(one, same)
    assert not np.allclose(one, longer, atol=1e-4)
    # Beyond the encoder's 12 positions nothing counts; a filled-up text is as it is alone.
    assert np.allclose(cut, embedder.embed_texts([" ".join(["dilated"] * 12)])[0], atol=1e-5)
    assert np.allclose(one, embedder.embed_texts(["dilated"])[0], atol=1e-5)
    expected = load_model(folder / "model.safetensors").embed_tokens(
        np.array([[2, 3]]), np.array([[1, 1]])
    )
    assert np.allclose(longer, expected[0], atol=1e-5)


def test_texts_that_cannot_be_embedded_are_refused(folder: Path):
    with pytest.raises(InputError, match=r"without tokenizer\.json"):
        load_embedder(folder).embed_texts(["dilated"])
    write_tokenizer(folder, ["dilated"])
    embedder = load_embedder(folder)
    assert embedder.embed_texts([]).shape == (0, 512)
    with pytest.raises(InputError, match="empty text"):
        embedder.embed_texts(["dilated", " \n"])
    with pytest.raises(InputError, match="longer than 1,000,000"):
        embedder.embed_texts(["a" * 1_000_001])


def test_a_tokenizer_that_does_not_belong_is_refused(folder: Path):
    write_tokenizer(folder, [f"word{number}" for number in range(60)])
    with pytest.raises(InputError, match="62 words where the text encoder has 50"):
        load_embedder(folder)
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(InputError, match="is damaged"):
        load_embedder(folder)
