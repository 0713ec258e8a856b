"""What cine-compact is worth: against truth nobody labelled, a frame-wise baseline, real studies,
and the clock.

    python -m tests.benchmarks.cine_compact [--checkpoint FOLDER] [--work FOLDER] [--baseline RUN]

- held-out phantoms of another seed, vendor curve and report style (drawn into `--work` first, some
  twenty minutes, and kept there): zero-shot AUROC by finding, retrieval of the same findings;
- the same with the frame-wise baseline, where `--baseline` names its run
  (`python -m tests.benchmarks.train_baseline`): the difference with a paired bootstrap interval;
- the real studies of ../shared/data: is severely reduced function ranked right, and does the margin
  shrink when every study stands still;
- seconds a study from stored JPEG-LS frames to the vector, and the ratio to cmrclip-base here.

Prints a table; the last line is JSON.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch.utils.flop_counter import FlopCounterMode

import domain.imaging as imaging
from domain.imaging.frames import encode_frame
from domain.phantom import draw_library, render
from tests.benchmarks.cmrclip_base import bright_disc, random_encoder
from tests.benchmarks.frame_baseline import FrameModel
from workers.cmrclip import library, metrics
from workers.cmrclip.augment import collate
from workers.cmrclip.compact_config import read_compact
from workers.cmrclip.compact_inference import load_model
from workers.cmrclip.compact_input import CompactInput, build_input, wanted_frames
from workers.cmrclip.compact_model import CompactModel
from workers.cmrclip.config import VideoConfig
from workers.cmrclip.dicom_pixels import study_pixels
from workers.cmrclip.evaluate import (
    embed_examples,
    embed_texts,
    evaluate,
    truths_of,
    zero_shot_scores,
)
from workers.cmrclip.phantoms import study_pixels as phantom_pixels
from workers.cmrclip.pixels import StudyPixels
from workers.frames import SAMPLES, Frame, decode_frames

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "workers" / "cmrclip" / "weights" / "cine-compact"
SHARED = ROOT.parent / "shared" / "data"
SEED, COUNT, STYLE, VENDOR = 202, 400, "narrative", "canon"
GOALS = {
    "lv_dysfunction": 0.95, "lv_dilation": 0.95, "lv_hypertrophy": 0.95, "rv_dysfunction": 0.90,
    "rv_dilation": 0.90, "lge": 0.90, "aortic_dilation": 0.85,
}  # fmt: skip
REAL = {
    "GE SCD0000101": ("cmr/sunnybrook_ge/SCD0000101", 26.0),
    "GE SCD0000401": ("cmr/sunnybrook_ge/SCD0000401", 33.0),
    "Siemens Vida": ("cmr/siemens_vida/dicom", 64.0),
}


def held_out_library(work: Path) -> list[library.Example]:
    """The held-out phantoms, drawn where they are not there yet."""
    folder = work / "held-out"
    command = ["--phantoms", str(COUNT), "--seed", str(SEED), "--styles", STYLE,
               "--vendors", VENDOR, "--out", str(folder)]  # fmt: skip
    subprocess.run([sys.executable, "-m", "workers.cmrclip.library", *command], check=True)
    return library.read_library(folder)


def load_baseline(folder: Path) -> FrameModel:
    """The baseline's weights from its run."""
    model = FrameModel(read_compact(folder / "config.json"))
    weights = load_file(folder / "model.safetensors")
    model.load_state_dict({name: one.float() for name, one in weights.items()})
    return model.eval()


def compare(
    model: CompactModel, baseline: CompactModel, examples: list[library.Example]
) -> dict[str, Any]:
    """AUROC of the baseline, and of ours less the baseline's with a paired bootstrap interval."""
    ours, theirs = embed_examples(model, examples), embed_examples(baseline, examples)
    found = {}
    for concept, truth in truths_of(examples).items():
        if concept not in GOALS:
            continue
        known = np.isfinite(truth)
        truths = truth[known] > 0.5
        first = zero_shot_scores(model, ours, concept)
        second = zero_shot_scores(baseline, theirs, concept)
        assert first is not None and second is not None
        found[concept] = {"baseline": metrics.auroc(second[known], truths)} | _difference(
            first[known], second[known], truths
        )
    return found


def _difference(
    first: metrics.Scores, second: metrics.Scores, truths: metrics.Truths
) -> dict[str, float]:
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(1000):
        some = rng.integers(len(truths), size=len(truths))
        drawn.append(
            metrics.auroc(first[some], truths[some]) - metrics.auroc(second[some], truths[some])
        )
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    value = metrics.auroc(first, truths) - metrics.auroc(second, truths)
    return {"difference": value, "low": float(low), "high": float(high)}


# --- real studies -------------------------------------------------------------------------


def real_inputs() -> dict[str, tuple[CompactInput, float]]:
    """The real studies by name, with their LVEF."""
    unpacked = subprocess.run(
        [sys.executable, str(SHARED / "unpack")], check=True, capture_output=True, text=True
    )
    root = Path(unpacked.stdout.strip().splitlines()[-1])
    found = {}
    for name, (place, lvef) in REAL.items():
        files = [
            (path.name, path)
            for path in sorted((root / place).rglob("*"))
            if path.is_file() and path.suffix != ".txt"
        ]
        found[name] = (build_input(study_pixels(imaging.read_study(files))), lvef)
    return found


def frozen(images: CompactInput) -> CompactInput:
    """The same study standing still at its first phase."""
    return replace(images, cine=np.repeat(images.cine[:, :1], images.cine.shape[1], axis=1))


def severe_dysfunction(model: CompactModel, inputs: list[CompactInput]) -> NDArray[np.float64]:
    """(N,): how much better severely reduced function fits than normal function."""
    texts = embed_texts(
        model, ["Severely reduced left ventricular systolic function.",
                "Severe LV systolic dysfunction.",
                "Normal left ventricular systolic function.",
                "No LV systolic dysfunction."],
    )  # fmt: skip
    with torch.inference_mode():
        images = model.embed_images(collate(inputs, model.config.crop))[0].numpy()
    scale = float(model.log_scale.detach().exp())
    similar = scale * (images @ texts.T).astype(np.float64)
    return similar[:, :2].mean(axis=1) - similar[:, 2:].mean(axis=1)


def real_ranking(model: CompactModel) -> dict[str, Any] | None:
    """Scores moving and still, and the margin between the failing hearts and the normal one."""
    if not SHARED.is_dir():
        print("real studies: ../shared/data is absent, left out")
        return None
    inputs = real_inputs()
    images = [one for one, _ in inputs.values()]
    moving = severe_dysfunction(model, images)
    still = severe_dysfunction(model, [frozen(one) for one in images])
    failing = [index for index, (_, lvef) in enumerate(inputs.values()) if lvef < 40]
    normal = [index for index, (_, lvef) in enumerate(inputs.values()) if lvef > 55]

    def margin(scores: NDArray[np.float64]) -> float:
        return float(scores[failing].min() - scores[normal].max())

    with torch.inference_mode():
        measured = model.embed_images(collate(images, model.config.crop))[1].numpy()
    return {
        "scores": dict(zip(inputs, moving.round(3).tolist(), strict=True)),
        "scores_still": dict(zip(inputs, still.round(3).tolist(), strict=True)),
        "margin": margin(moving),
        "margin_still": margin(still),
        "ranked_right": margin(moving) > 0,
        "standardised_measures": dict(zip(inputs, measured.round(2).tolist(), strict=True)),
    }


# --- time ---------------------------------------------------------------------------------


def seconds_a_study(model: CompactModel, rounds: int = 5) -> dict[str, float]:
    """From stored JPEG-LS frames of a whole phantom study to its vector, beside cmrclip-base.

    As the worker does: the frames that the model looks at are decoded, on every core.
    """
    drawn = phantom_pixels(render(draw_library(20, 2)[1]))
    stored, places = _stored(drawn)
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        frames = iter(decode_frames(stored))
        stacks = []
        for stack, there in zip(drawn.stacks, places, strict=True):
            pixels = np.zeros(stack.pixels.shape, np.uint16)
            missing = np.ones(stack.pixels.shape[:2], np.bool_)
            for place in there:
                pixels[place], missing[place] = next(frames), False
            stacks.append(replace(stack, pixels=pixels, missing=missing))
        images = build_input(replace(drawn, stacks=tuple(stacks)))
        with torch.inference_mode():
            model.embed_images(collate([images], model.config.crop))
        took.append(time.perf_counter() - began)
    encoder = random_encoder(VideoConfig())
    with torch.inference_mode():
        began = time.perf_counter()
        encoder.encode_grey(bright_disc(VideoConfig()))
    base = time.perf_counter() - began
    stored_frames = sum(int(stack.present.sum()) for stack in drawn.stacks)
    return {"seconds": min(took), "frames": stored_frames, "decoded": len(stored),
            "base_seconds": base, "times_base": base / min(took),
            "tflop": operations(model, images) / 1e12}  # fmt: skip


def _stored(study: StudyPixels) -> tuple[list[Frame], list[list[tuple[int, int]]]]:
    """The frames that the model wants as the platform stores them, with where they go."""
    stored, places = [], []
    for stack in study.stacks:
        wanted = wanted_frames(stack.contrast, stack.present, stack.cycle)
        there = [(int(s), int(p)) for s, p in np.argwhere(wanted)]
        rows, columns = stack.pixels.shape[2:]
        about = {
            tag: {"vr": "US", "Value": [value]}
            for tag, value in zip(SAMPLES, (rows, columns, 16, 0), strict=True)
        }
        stored += [(encode_frame(stack.pixels[place], 12), about) for place in there]
        places.append(there)
    return stored, places


def operations(model: CompactModel, images: CompactInput) -> float:
    """Multiplications and additions of one study."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.embed_images(collate([images], model.config.crop))
    return float(counter.get_total_flops())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks"))
    parser.add_argument("--baseline", type=Path, help="a run of the frame-wise baseline")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    model, version = load_model(given.checkpoint)
    result: dict[str, Any] = {"version": version}
    result["time"] = seconds_a_study(model)
    print(f"time: {result['time']}")
    result["real"] = real_ranking(model)
    print(f"real: {result['real']}")
    examples = held_out_library(given.work)
    found = evaluate(model, examples)
    result["zero_shot"] = {
        concept: found["concepts"][concept]["zero_shot"]["auroc"] | {"goal": goal}
        for concept, goal in GOALS.items()
        if concept in found["concepts"]
    }
    result["retrieval"] = found["retrieval"]
    for concept, one in result["zero_shot"].items():
        interval = f"({one['low']:.3f} to {one['high']:.3f})"
        print(f"{concept:<18} {one['value']:.3f} {interval}, goal {one['goal']:.2f}")
    if given.baseline:
        result["against_frames"] = compare(model, load_baseline(given.baseline), examples)
        for concept, one in result["against_frames"].items():
            interval = f"({one['low']:+.3f} to {one['high']:+.3f})"
            better = f"ours {one['difference']:+.3f} {interval}"
            print(f"{concept:<18} frames {one['baseline']:.3f}, {better}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
