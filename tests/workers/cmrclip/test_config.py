"""A configuration says exactly what the model is, or why it cannot."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.errors import InputError
from workers.cmrclip.config import CMRCLIP_BASE, ModelConfig, parse_config, read_config


def test_an_empty_configuration_is_the_published_model_untrained():
    assert parse_config({}) == ModelConfig(version="unnamed", trained=False)
    assert parse_config({"version": "cmrclip-base"}) == CMRCLIP_BASE


def test_the_reference_configuration_is_read(shared: Path):
    config = read_config(shared / "parity" / "tiny_reference_config.json")
    assert (config.video.embed_dim, config.text.vocab_size) == (96, 211)
    assert not config.trained


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ([], "not a JSON object"),
        ({"colour": 1}, 'unknown entry "colour"'),
        ({"video": {"head": 1}}, 'unknown entry "head"'),
        ({"video": 3}, "needs an object for VideoConfig"),
        ({"video": {"depth": "12"}}, '"depth"'),
        ({"video": {"depth": True}}, '"depth"'),
        ({"video": {"depth": 0}}, "not positive"),
        ({"video": {"patch_size": 15}}, "divide into patches"),
        ({"video": {"num_heads": 7}}, "divide into its heads"),
        ({"text": {"hidden_act": "relu"}}, 'only "gelu"'),
        ({"pooling": "class token"}, '"pooling"'),
        ({"trained": 1}, '"trained"'),
        ({"version": ""}, "empty version"),
    ],
)
def test_what_does_not_fit_is_named(written: Any, sentence: str):
    with pytest.raises(InputError, match=sentence):
        parse_config(written)


def test_whole_numbers_stand_for_fractions():
    assert parse_config({"temperature": 1}).temperature == 1


def test_a_file_that_is_absent_or_no_json_is_refused(tmp_path: Path):
    path = tmp_path / "config.json"
    with pytest.raises(InputError, match=r"config\.json is absent"):
        read_config(path)
    path.write_text("{")
    with pytest.raises(InputError, match="is not JSON"):
        read_config(path)
    path.write_text(json.dumps({"trained": True, "version": "a"}))
    assert read_config(path).trained
