"""Transcoding: every stored value comes back exactly."""

import pickle

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

from domain.errors import InputError
from domain.imaging import (
    JPEG_LS_LOSSLESS,
    Deidentifier,
    decode_frame,
    encode_frame,
    prepare_instance,
)
from tests.domain.imaging.build import image, write

KEY = b"a key for tests alone, of good length"
PIXEL_KEYS = {"7FE00010", "7FE00008", "7FE00009"}


def with_pixels(pixels: np.ndarray, stored: int, signed: bool, **overrides) -> Dataset:
    bits = pixels.dtype.itemsize * 8
    return image(
        Rows=pixels.shape[0], Columns=pixels.shape[1], BitsAllocated=bits, BitsStored=stored,
        HighBit=stored - 1, PixelRepresentation=int(signed), PixelData=pixels.tobytes(),
        **overrides,
    )  # fmt: skip


@pytest.mark.parametrize(
    "dtype, stored, low, high",
    [
        ("<u2", 12, 0, 4095),
        ("<u2", 16, 0, 65535),
        ("<u2", 8, 0, 255),
        ("<i2", 16, -32768, 32767),
        ("<i2", 12, -2048, 2047),
        ("u1", 8, 0, 255),
        ("i1", 8, -128, 127),
    ],
)
@pytest.mark.parametrize(
    "syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"]
)
def test_every_kind_of_sample_comes_back_exactly(tmp_path, dtype, stored, low, high, syntax):
    pixels = np.random.default_rng(1).integers(low, high, (31, 18), endpoint=True).astype(dtype)
    pixels[0, :2] = low, high
    ds = with_pixels(pixels, stored, dtype[-2] == "i")
    if syntax.endswith(".2.2"):
        ds.PixelData = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
    ds["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    ((_, path),) = write(tmp_path, [ds], syntax=syntax)
    prepared = prepare_instance(path, Deidentifier(KEY))
    decoded = decode_frame(prepared.frame, prepared.metadata)
    assert np.array_equal(decoded, pixels)
    assert decoded.dtype == np.dtype(dtype).newbyteorder("=")


def test_signed_samples_travel_as_raw_bits_of_a_full_word(tmp_path):
    """What a browser's decoder does: 16 bit samples out, read as signed by the metadata."""
    import jpeg_ls

    pixels = np.tile(np.array([[-5, 7], [-2048, 2047]], dtype="<i2"), (8, 8))
    ((_, path),) = write(tmp_path, [with_pixels(pixels, 12, True)])
    prepared = prepare_instance(path, Deidentifier(KEY))
    raw, info = jpeg_ls.decode_buffer(prepared.frame)
    assert info["bits_per_sample"] == 16
    assert np.array_equal(np.frombuffer(raw, "<i2").reshape(16, 16), pixels)
    assert prepared.metadata["00280101"]["Value"] == [16]
    assert prepared.metadata["00280102"]["Value"] == [15]


def test_bits_above_those_stored_are_dropped(tmp_path):
    pixels = np.tile(np.array([[0x1005, 0xF00A]], dtype="<u2"), (16, 8))
    ((_, path),) = write(tmp_path, [with_pixels(pixels, 12, False)])
    prepared = prepare_instance(path, Deidentifier(KEY))
    decoded = decode_frame(prepared.frame, prepared.metadata)
    assert decoded[0, :2].tolist() == [5, 10] and decoded.max() == 10


@pytest.mark.parametrize("syntax", [RLELossless, JPEG_LS_LOSSLESS, "1.2.840.10008.1.2.4.90"])
def test_compressed_sources_are_decoded_exactly(tmp_path, syntax):
    pixels = np.random.default_rng(2).integers(0, 4096, (32, 32)).astype("<u2")
    ds = with_pixels(pixels, 12, False)
    ((_, path),) = write(tmp_path, [ds])
    compressed = pydicom.dcmread(path)
    compressed.compress(syntax, generate_instance_uid=False)
    compressed.save_as(path)
    prepared = prepare_instance(path, Deidentifier(KEY))
    assert np.array_equal(decode_frame(prepared.frame, prepared.metadata), pixels)
    assert prepared.transfer_syntax_uid == JPEG_LS_LOSSLESS


def test_what_is_prepared_is_deidentified_and_can_be_sent_between_processes(tmp_path):
    ((_, path),) = write(tmp_path, [image(SeriesDescription="Invented Person")])
    deidentifier = Deidentifier(KEY)
    prepared = pickle.loads(pickle.dumps(prepare_instance(path, deidentifier)))
    source = pydicom.dcmread(path)
    assert prepared.sop_instance_uid == deidentifier.uid(source.SOPInstanceUID)
    assert prepared.metadata["00080018"]["Value"] == [prepared.sop_instance_uid]
    assert prepared.metadata["00083002"]["Value"] == [JPEG_LS_LOSSLESS]
    assert "Invented" not in str(prepared.metadata)
    assert not PIXEL_KEYS & set(prepared.metadata)
    assert len(prepared.sha256) == 64


def test_the_same_file_and_key_give_the_same_bytes(tmp_path):
    ((_, path),) = write(tmp_path, [image()])
    first = prepare_instance(path, Deidentifier(KEY))
    again = pickle.loads(pickle.dumps(Deidentifier(KEY)))
    assert prepare_instance(path, again) == first


ODD = [
    np.zeros((4, 4), np.float32),
    np.zeros((4, 4), np.int32),
    np.zeros(16, np.uint16),
    np.zeros((1, 1), np.uint16),
]


@pytest.mark.parametrize("pixels", ODD)
def test_odd_samples_are_refused(pixels):
    with pytest.raises(InputError):
        encode_frame(pixels, 16)


def test_a_damaged_frame_is_refused(tmp_path):
    ((_, path),) = write(tmp_path, [image()])
    prepared = prepare_instance(path, Deidentifier(KEY))
    with pytest.raises(InputError, match="damaged"):
        decode_frame(prepared.frame[:40], prepared.metadata)


def test_a_file_that_cannot_be_used_is_refused(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("not DICOM")
    with pytest.raises(InputError, match="not DICOM"):
        prepare_instance(text, Deidentifier(KEY))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(16, 40),
    columns=st.integers(16, 40),
    stored=st.integers(2, 16),
    seed=st.integers(0, 2**31),
)
def test_any_unsigned_image_survives(rows, columns, stored, seed):
    pixels = np.random.default_rng(seed).integers(0, 1 << stored, (rows, columns)).astype("u2")
    metadata = {
        "00280010": {"Value": [rows]},
        "00280011": {"Value": [columns]},
        "00280100": {"Value": [16]},
        "00280103": {"Value": [0]},
    }
    assert np.array_equal(decode_frame(encode_frame(pixels, stored), metadata), pixels)
