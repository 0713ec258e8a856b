"""Weights arrive whole, from a safe file, or not at all."""

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from domain.errors import InputError
from tests.workers.cmrclip.conftest import TINY
from workers.cmrclip.checkpoint import convert_published, file_sha256, load_strict
from workers.cmrclip.model import CmrClip


def altered(checkpoint: Path, **changes: torch.Tensor | None) -> Path:
    """`checkpoint` with tensors put in or, for None, left out; "__" stands for a dot."""
    tensors = load_file(checkpoint)
    for key, tensor in changes.items():
        name = key.replace("__", ".")
        tensors.pop(name, None)
        if tensor is not None:
            tensors[name] = tensor
    save_file(tensors, checkpoint)
    return checkpoint


def test_the_weights_arrive_unchanged(tiny: CmrClip, checkpoint: Path):
    with torch.device("meta"):
        model = CmrClip(TINY)
    assert load_strict(model, checkpoint, file_sha256(checkpoint).upper()) == file_sha256(
        checkpoint
    )
    for name, tensor in tiny.state_dict().items():
        assert torch.equal(model.state_dict()[name], tensor), name


def test_half_width_weights_are_widened(tiny: CmrClip, checkpoint: Path):
    save_file({name: tensor.half() for name, tensor in tiny.state_dict().items()}, checkpoint)
    load_strict(tiny, checkpoint)
    assert {parameter.dtype for parameter in tiny.parameters()} == {torch.float32}


def test_missing_and_unexpected_tensors_are_named(tiny: CmrClip, checkpoint: Path):
    altered(checkpoint, vid_proj__1__bias=None, video_model__head__weight=torch.ones(2))
    with pytest.raises(InputError) as caught:
        load_strict(tiny, checkpoint)
    assert "lacks vid_proj.1.bias" in caught.value.sentence
    assert "unexpected video_model.head.weight" in caught.value.sentence


def test_many_missing_tensors_are_counted(tiny: CmrClip, checkpoint: Path):
    save_file({"vid_proj.1.bias": torch.zeros(10)}, checkpoint)
    with pytest.raises(InputError, match=r"and \d+ more"):
        load_strict(tiny, checkpoint)


def test_a_tensor_of_another_shape_is_named(tiny: CmrClip, checkpoint: Path):
    altered(checkpoint, vid_proj__1__bias=torch.zeros(11))
    with pytest.raises(InputError, match=r"vid_proj.1.bias \(11,\) instead of \(10,\)"):
        load_strict(tiny, checkpoint)


@pytest.mark.parametrize(
    "tensor", [torch.full((10,), torch.nan), torch.zeros(10, dtype=torch.int64)]
)
def test_weights_that_are_no_numbers_are_named(
    tiny: CmrClip, checkpoint: Path, tensor: torch.Tensor
):
    altered(checkpoint, vid_proj__1__bias=tensor)
    with pytest.raises(InputError, match=r"no number in vid_proj.1.bias"):
        load_strict(tiny, checkpoint)


def test_only_the_old_position_buffer_is_tolerated(tiny: CmrClip, checkpoint: Path):
    altered(checkpoint, text_model__embeddings__position_ids=torch.arange(12)[None])
    load_strict(tiny, checkpoint)
    altered(checkpoint, embeddings__position_ids=torch.arange(12)[None])
    with pytest.raises(InputError, match=r"unexpected embeddings.position_ids"):
        load_strict(tiny, checkpoint)


def test_another_hash_than_the_pinned_one_is_refused(tiny: CmrClip, checkpoint: Path):
    with pytest.raises(InputError, match="is pinned"):
        load_strict(tiny, checkpoint, "0" * 64)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_is_refused_whatever_it_is_called(tiny: CmrClip, tmp_path: Path, zipped: bool):
    path = tmp_path / "weights.safetensors"
    torch.save(tiny.state_dict(), path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(InputError, match="is a pickle"):
        load_strict(tiny, path)


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"\x00" * 64])
def test_a_damaged_file_is_refused(tiny: CmrClip, tmp_path: Path, content: bytes):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged or no safetensors"):
        load_strict(tiny, path)


def test_a_truncated_or_absent_file_is_refused(tiny: CmrClip, checkpoint: Path):
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    with pytest.raises(InputError, match="damaged"):
        load_strict(tiny, checkpoint)
    checkpoint.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        load_strict(tiny, checkpoint)


@pytest.mark.parametrize("training", [True, False])
def test_the_published_checkpoint_converts(tiny: CmrClip, tmp_path: Path, training: bool):
    weights = dict(tiny.state_dict())
    weights["text_model.embeddings.position_ids"] = torch.arange(12)[None]
    content: object = weights
    if training:
        content = {"epoch": 3, "state_dict": {f"module.{k}": v for k, v in weights.items()}}
    source, target = tmp_path / "published.bin", tmp_path / "converted.safetensors"
    torch.save(content, source)
    sha256 = convert_published(source, target)
    with torch.device("meta"):
        model = CmrClip(TINY)
    assert load_strict(model, target, sha256) == sha256
    assert all(torch.equal(model.state_dict()[k], v) for k, v in tiny.state_dict().items())


class Payload:
    """Would write a file if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_conversion_runs_nothing_from_the_file(tmp_path: Path):
    source, touched = tmp_path / "published.bin", tmp_path / "touched"
    for save in (
        torch.save,
        lambda content, path: path.write_bytes(pickle.dumps(content, protocol=2)),
    ):
        save({"state_dict": Payload(touched)}, source)
        with pytest.raises(InputError, match="more than tensors"):
            convert_published(source, tmp_path / "converted.safetensors")
    assert not touched.exists()


@pytest.mark.parametrize("content", [[1, 2], {}, {"state_dict": {}}, {"a": 1}])
def test_conversion_of_something_else_is_refused(tmp_path: Path, content: object):
    source = tmp_path / "published.bin"
    torch.save(content, source)
    with pytest.raises(InputError, match=r"published\.bin holds"):
        convert_published(source, tmp_path / "converted.safetensors")
