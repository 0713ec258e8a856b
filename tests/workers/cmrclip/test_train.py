"""Training learns, resumes to the same weights, and means the same in chunks and on devices."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.errors import InputError
from tests.workers.cmrclip.studies import beating_example
from workers.cmrclip.compact_config import CompactConfig, TowerConfig, parse_compact
from workers.cmrclip.compact_inference import load, load_model
from workers.cmrclip.evaluate import agreement, drift, embed_examples, evaluate, table
from workers.cmrclip.library import Example, read_library, split_by_patient, write_example
from workers.cmrclip.targets import LOCATED, MEASURES
from workers.cmrclip.train import TrainConfig, Training, fit, read_train_config

SMALL = CompactConfig(
    text=TowerConfig(buckets=800, width=32, depth=1, heads=2),
    measures=MEASURES,
    channels=(8, 8, 16, 24),
    width=32,
    depth=1,
    heads=2,
    version="small",
)
RUN = TrainConfig(model=SMALL, steps=6, batch=4, chunk=4, pool=24, warm_up=2, save_every=3)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return [beating_example(index) for index in range(20)]


def weights(training: Training) -> dict[str, torch.Tensor]:
    return {name: one.clone() for name, one in training.model.state_dict().items()}


def assert_same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor], off: float):
    for name, one in first.items():
        assert torch.allclose(one, second[name], atol=off), name


def test_it_learns_what_the_reports_say(examples, tmp_path: Path):
    config = replace(RUN, steps=60, batch=8, chunk=8, rate=3e-3, warm_up=5)
    # Eight of each kind, so that the prompts of their findings are learnt with them.
    training = Training(config, examples[:16])
    fit(training, tmp_path, held_out=examples[16:])
    lines = (tmp_path / "curves.csv").read_text().splitlines()
    assert len(lines) == 1 + 60 // RUN.save_every
    assert agreement(training.model, examples) > 0.9


def test_a_run_cut_short_goes_on_to_the_same_weights(examples, tmp_path: Path):
    whole = Training(RUN, examples)
    fit(whole, tmp_path / "whole")
    part = Training(RUN, examples)
    for _ in range(3):
        part.run_step()
    (tmp_path / "part").mkdir()
    part.save(tmp_path / "part" / "state.safetensors")
    later = Training(RUN, examples)
    fit(later, tmp_path / "part")
    assert_same(weights(whole), weights(later), 0.0)
    other = Training(replace(RUN, seed=2), examples)
    with pytest.raises(InputError, match="another configuration"):
        other.load(tmp_path / "part" / "state.safetensors")


def test_chunks_add_up_to_the_whole_batch(examples):
    whole, chunked = Training(RUN, examples), Training(replace(RUN, chunk=1), examples)
    # Without variation, which is drawn chunk by chunk.
    for training in (whole, chunked):
        losses = training._losses
        training._losses = lambda s, p, t, rng, losses=losses: losses(s, p, t, None)  # type: ignore[method-assign]
    first, second = whole.run_step(), chunked.run_step()
    assert first.sentences == pytest.approx(second.sentences, rel=1e-4)
    for (name, one), two in zip(
        whole.model.named_parameters(), chunked.model.parameters(), strict=True
    ):
        assert one.grad is not None and two.grad is not None
        assert torch.allclose(one.grad, two.grad, atol=2e-5), name


def test_it_learns_where_the_reports_say_it_lies_and_goes_on_from_a_checkpoint(
    examples, tmp_path: Path
):
    fit(Training(replace(RUN, steps=1), examples), tmp_path / "first")
    located = replace(RUN, model=replace(SMALL, located=LOCATED), segment_weight=1.0, steps=40,
                      begin_from=str(tmp_path / "first"), rate=3e-3)  # fmt: skip
    training = Training(located, examples)
    before = load_model(tmp_path / "first")[0].state_dict()
    for name, one in training.model.state_dict().items():
        assert name.startswith("segments.") or torch.allclose(one, before[name], atol=1e-3), name
    told = np.isfinite(training.targets.segments)
    assert told.any() and training.targets.segments.shape == (20, 34)
    losses = [training.run_step().segments for _ in range(located.steps)]
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])
    fit(training, tmp_path / "second")
    assert load_model(tmp_path / "second")[0].config.located == LOCATED
    with pytest.raises(InputError, match="another model"):
        Training(replace(located, model=replace(SMALL, depth=2)), examples)
    with pytest.raises(InputError, match="no checkpoint"):
        Training(replace(located, begin_from=str(tmp_path / "nowhere")), examples)


def test_the_texts_can_move_alone(examples):
    config = replace(RUN, train_image=False, prompt_share=0.5, weight_decay=0.1, rate=1e-2)
    training = Training(config, examples)
    before = weights(training)
    prompts = {training.targets.sentences[place].text for place in training.targets.prompts}
    assert "LV dilation." in prompts
    for _ in range(3):
        training.run_step()
    for name, one in training.model.state_dict().items():
        is_image = name.startswith(("image.", "image_head."))
        assert torch.equal(one, before[name]) == is_image or name.startswith("segments"), name


def test_every_study_comes_once_an_epoch(examples):
    training = Training(RUN, examples)
    seen = np.concatenate([training.studies_at(step) for step in range(5)])
    assert sorted(seen.tolist()) == list(range(20))


def test_two_devices_reach_what_one_reaches(examples, tmp_path: Path):
    """Two real processes under torch's own launcher."""
    for example in examples:
        write_example(tmp_path, example)
    (tmp_path / "run.json").write_text(
        json.dumps({"model": {"text": {"buckets": 800, "width": 32, "depth": 1, "heads": 2},
                              "channels": [8, 8, 16, 24], "width": 32, "depth": 1, "heads": 2},
                    "steps": 3, "batch": 4, "chunk": 2, "pool": 24, "held_out": 0.0})
    )  # fmt: skip
    arguments = ["-m", "workers.cmrclip.train", "--config", str(tmp_path / "run.json"),
                 "--library", str(tmp_path)]  # fmt: skip
    launchers = {
        "one": [sys.executable, *arguments],
        "two": [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2",
                "--master-port", "0", "--standalone", *arguments],
    }  # fmt: skip
    vectors = []
    for name, launcher in launchers.items():
        out = tmp_path / name
        done = subprocess.run(
            [*launcher, "--out", str(out)], capture_output=True, text=True, cwd=Path.cwd()
        )
        assert done.returncode == 0, done.stderr[-2000:]
        model, version = load_model(out)
        assert version.startswith("cine-compact@") and model.config.trained
        vectors.append(embed_examples(model, examples[:4]))
    assert np.allclose(vectors[0], vectors[1], atol=5e-3)


def test_a_checkpoint_serves(examples, tmp_path: Path):
    fit(Training(RUN, examples), tmp_path)
    embedder = load(tmp_path)
    assert embedder.width == 512 and embedder.trained
    vectors = embedder.embed_texts(["Dilated LV.", "Dilated LV. No pericardial effusion."])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text in ("  ", "LV " * 40_000):
        with pytest.raises(InputError, match="text"):
            embedder.embed_texts([text])
    with pytest.raises(InputError, match="SHA-256"):
        load(tmp_path, sha256="0" * 64)


def test_an_evaluation_has_every_part(examples, tmp_path: Path):
    training = Training(RUN, examples)
    found = evaluate(training.model, examples, embed_examples(training.model, examples))
    one = found["concepts"]["lv_dysfunction"]
    assert {"zero_shot", "few_shot", "linear_probe", "calibration", "by_group"} <= set(one)
    assert one["positives"] == one["negatives"] == 10
    assert "1" in one["few_shot"] and "32" not in one["few_shot"]
    assert any(name.startswith("sex=") for name in one["by_group"])
    for direction in found["retrieval"].values():
        assert direction["recall@1"]["value"] <= direction["recall@10"]["value"]
        assert direction["of"] == 20
    assert not found["drift"]["drifted"]
    assert "lv_dysfunction" in table(found)
    json.dumps(found)


def test_drift_is_seen_where_there_is_some():
    rng = np.random.default_rng(0)
    reference = rng.normal(size=(200, 16)).astype(np.float32) + 3
    reference /= np.linalg.norm(reference, axis=1, keepdims=True)
    assert drift(reference, -reference)["drifted"]


def test_patients_stay_on_one_side(examples):
    twice = [*examples, *(replace(one, name=f"{one.name}-b") for one in examples)]
    train, held = split_by_patient(twice, 0.3)
    assert not {one.facts.patient for one in train} & {one.facts.patient for one in held}
    assert len(train) + len(held) == 40 and held


def test_a_library_is_read_back_as_written(examples, tmp_path: Path):
    write_example(tmp_path, examples[3])
    (read,) = read_library(tmp_path)
    assert (read.report, read.facts) == (examples[3].report, examples[3].facts)
    assert (read.images.cine == examples[3].images.cine).all()
    with pytest.raises(InputError, match="no prepared study"):
        read_library(tmp_path / "nothing")
    (tmp_path / "odd.npz").write_bytes(b"not ours")
    with pytest.raises(InputError, match=r"odd\.npz"):
        read_library(tmp_path)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"architecture": "other"}, "another architecture"),
        ({"colour": 1}, 'unknown entry "colour"'),
        ({"width": 32}, "does not divide"),
        ({"channels": [8, 8]}, "four channel counts"),
        ([], "not a JSON object"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(written, words):
    with pytest.raises(InputError, match=words):
        parse_compact(written, "config.json")


def test_a_run_needs_a_configuration(tmp_path: Path):
    with pytest.raises(InputError, match="no configuration"):
        read_train_config(tmp_path / "absent.json")
    (tmp_path / "odd.json").write_text('{"speed": 3}')
    with pytest.raises(InputError, match="speed"):
        read_train_config(tmp_path / "odd.json")
