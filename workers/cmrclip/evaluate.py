"""What a checkpoint of cine-compact is worth on a library it has not seen.

    python -m workers.cmrclip.evaluate --checkpoint FOLDER --library READY [--json FILE]
        [--trained-on READY [--reference FILE]] [--calibration FILE]

Prints a table and writes the same as JSON: zero-shot by paired prompts (no threshold and no
calibration fitted on what is tested), few-shot and linear probe on frozen vectors, retrieval of
reports by images and back, calibration by halves, all with bootstrap 95 % intervals; the same by
sex, age band, vendor, field strength and site; and, with `--trained-on`, how far the library lies
from the one trained on. Truth is what a phantom's masks say, else what the study's report says.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from domain.errors import InputError
from domain.findings import parse
from workers.cmrclip import contrast, metrics, probes
from workers.cmrclip.augment import collate
from workers.cmrclip.compact_model import CompactModel
from workers.cmrclip.familiarity import make_reference, write_reference
from workers.cmrclip.library import Example, iterate_library, read_library
from workers.cmrclip.sentences import sentences_of

GROUPS = ("sex", "age_band", "vendor", "field_strength", "site")
_FEWEST = 5
_AT_ONCE = 16
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Tested:
    """A library as the model sees it: `vectors` (N, P) of length one, and the truth by concept,
    1, 0 or NaN where nobody knows (N,)."""

    examples: list[Example]
    vectors: Vectors
    truths: dict[str, NDArray[np.float64]]


def embed_examples(model: CompactModel, examples: Sequence[Example]) -> Vectors:
    """(N, P) float32 of length one."""
    device = model.bias.device
    parts = []
    with torch.inference_mode():
        for start in range(0, len(examples), _AT_ONCE):
            some = [example.images for example in examples[start : start + _AT_ONCE]]
            batch = collate(some, model.config.crop).to(device)
            parts.append(model.embed_images(batch)[0].float().cpu())
    result: Vectors = torch.cat(parts).numpy()
    return result


def embed_library(model: CompactModel, folder: Path) -> Vectors:
    """(N, P) of every prepared study of a folder, some at a time: a library need not fit into
    memory."""
    examples, parts = iterate_library(folder), []
    while some := list(islice(examples, _AT_ONCE)):
        parts.append(embed_examples(model, some))
    result: Vectors = np.concatenate(parts)
    return result


def embed_texts(model: CompactModel, texts: list[str]) -> Vectors:
    """(T, P) float32 of length one."""
    with torch.inference_mode():
        result: Vectors = model.embed_texts(texts).float().cpu().numpy()
    return result


def truths_of(examples: Sequence[Example]) -> dict[str, NDArray[np.float64]]:
    """By concept, (N,): 1 present, 0 absent, NaN unknown."""
    found: dict[str, NDArray[np.float64]] = {}
    for index, example in enumerate(examples):
        for concept, present in _known_of(example).items():
            column = found.setdefault(concept, np.full(len(examples), np.nan))
            column[index] = present
    return found


def _known_of(example: Example) -> dict[str, bool]:
    if example.truth:
        return {one["concept"]: one["assertion"] == "present" for one in example.truth["claims"]}
    return {claim.concept: claim.is_given for claim in parse(example.report).claims}


def zero_shot_scores(
    model: CompactModel, vectors: Vectors, concept: str
) -> NDArray[np.float64] | None:
    """As `contrast.scores`."""
    return contrast.scores(partial(embed_texts, model), vectors, concept)


def agreement(model: CompactModel, examples: list[Example]) -> float:
    """Mean zero-shot AUROC over what the reports of `examples` assert and deny often enough."""
    was_training = model.training
    model.eval()
    vectors = embed_examples(model, examples)
    found = []
    for concept, truth in truths_of([_without_truth(one) for one in examples]).items():
        known = np.isfinite(truth)
        positives = int(np.nansum(truth))
        if min(positives, int(known.sum()) - positives) < _FEWEST:
            continue
        scores = zero_shot_scores(model, vectors, concept)
        if scores is not None:
            found.append(metrics.auroc(scores[known], truth[known] > 0.5))
    model.train(was_training)
    return float(np.mean(found)) if found else float("nan")


def _without_truth(example: Example) -> Example:
    return Example(example.name, example.report, example.facts, example.images)


# --- the parts of the evaluation ----------------------------------------------------------


def by_concept(model: CompactModel, tested: Tested) -> dict[str, dict[str, Any]]:
    """Zero-shot, few-shot, probe and calibration of every concept with five of each kind."""
    found = {}
    for concept, truth in sorted(tested.truths.items()):
        known = np.isfinite(truth)
        truths = truth[known] > 0.5
        if min(truths.sum(), (~truths).sum()) < _FEWEST:
            continue
        scores = zero_shot_scores(model, tested.vectors, concept)
        if scores is None:
            continue
        vectors = tested.vectors[known]
        patients = [
            one.facts.patient for one, is_known in zip(tested.examples, known, strict=True)
            if is_known
        ]  # fmt: skip
        found[concept] = {
            "positives": int(truths.sum()),
            "negatives": int((~truths).sum()),
            "zero_shot": _zero_shot(scores[known], truths),
            "few_shot": _few_shot(vectors, truths),
            "linear_probe": _probe(vectors, truths, patients),
            "calibration": calibration(scores[known], truths),
            "by_group": _by_group(tested.examples, scores, truth),
        }
    return found


def _zero_shot(scores: metrics.Scores, truths: metrics.Truths) -> dict[str, Any]:
    return {
        name: asdict(metrics.bootstrap(measure, scores, truths))
        for name, measure in (
            ("auroc", metrics.auroc),
            ("average_precision", metrics.average_precision),
            ("balanced_accuracy", metrics.balanced_accuracy),
        )
    }


def _few_shot(vectors: Vectors, truths: metrics.Truths) -> dict[str, Any]:
    found = {}
    for shots in probes.SHOTS:
        repeats = probes.few_shot(vectors, truths, shots)
        if len(repeats):
            found[str(shots)] = asdict(metrics.mean_estimate(repeats))
    return found


def _probe(vectors: Vectors, truths: metrics.Truths, patients: list[str]) -> dict[str, Any]:
    scores = probes.linear_probe(vectors, truths, patients)
    done = np.isfinite(scores)
    return asdict(metrics.bootstrap(metrics.auroc, scores[done], truths[done]))


def calibration(scores: metrics.Scores, truths: metrics.Truths) -> dict[str, Any]:
    """Slope and intercept from every other study, and what they are worth on the rest.

    `enabled`: held-out AUROC >= .80 and calibration error <= .10; otherwise the model is silent.
    """
    order = np.argsort(truths, kind="stable")
    fitted, held = order[::2], order[1::2]
    slope, intercept = probes.calibrate(scores[fitted], truths[fitted])
    probabilities = 1.0 / (1.0 + np.exp(-(slope * scores[held] + intercept)))
    area = metrics.auroc(scores[held], truths[held])
    error = metrics.bootstrap(metrics.calibration_error, probabilities, truths[held])
    return {
        "slope": slope,
        "intercept": intercept,
        "held_out_auroc": area,
        "calibration_error": asdict(error),
        "enabled": bool(area >= 0.80 and error.value <= 0.10),
    }


def _by_group(
    examples: Sequence[Example], scores: metrics.Scores, truth: metrics.Scores
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for group in GROUPS:
        values = np.array([getattr(example.facts, group) for example in examples])
        for value in sorted(set(values) - {""}):
            here = (values == value) & np.isfinite(truth)
            truths = truth[here] > 0.5
            if min(truths.sum(), (~truths).sum()) >= _FEWEST:
                estimate = metrics.bootstrap(metrics.auroc, scores[here], truths, draws=300)
                found[f"{group}={value}"] = asdict(estimate)
    return found


def retrieval(model: CompactModel, tested: Tested) -> dict[str, Any]:
    """Reports found by images and images by reports: the very one, and one with the same findings.

    A report's vector is the mean of its sentences' vectors.
    """
    kept, reports = [], []
    for index, example in enumerate(tested.examples):
        texts = [one.text for one in sentences_of(parse(example.report))]
        if texts:
            mean = embed_texts(model, texts).mean(axis=0)
            kept.append(index)
            reports.append(mean / np.linalg.norm(mean))
    similarity = tested.vectors[kept] @ np.stack(reports).T
    findings = [_findings(tested.examples[index]) for index in kept]
    same = np.array([[one == other for other in findings] for one in findings])
    exact = np.eye(len(kept), dtype=bool)
    found: dict[str, Any] = {}
    for direction, matrix in (("image_to_text", similarity), ("text_to_image", similarity.T)):
        for name, wanted in (("exact", exact), ("same_findings", same)):
            found[f"{direction}_{name}"] = _recalls(matrix, wanted)
    return found


def _findings(example: Example) -> frozenset[str]:
    return frozenset(concept for concept, present in _known_of(example).items() if present)


def _recalls(similarity: Vectors, wanted: NDArray[np.bool_]) -> dict[str, Any]:
    """R@1, R@5, R@10 and the median rank of the first that is wanted."""
    order = np.argsort(-similarity, axis=1)
    first = np.take_along_axis(wanted, order, axis=1).argmax(axis=1) + 1
    found: dict[str, Any] = {
        f"recall@{k}": asdict(metrics.mean_estimate((first <= k).astype(np.float64)))
        for k in (1, 5, 10)
    }
    return found | {"median_rank": float(np.median(first)), "of": len(first)}


def drift(reference: Vectors, vectors: Vectors) -> dict[str, Any]:
    """How far a library lies from the one trained on.

    `beyond`: share of studies whose nearest reference study is farther than that of 99 % of the
    reference studies themselves (0.01 is no drift). `shift`: distance of the means over the
    reference's own spread.
    """
    unfamiliar = ~make_reference(reference, at_most=len(reference)).is_familiar(vectors)
    spread = float(np.sqrt(reference.var(axis=0).sum()))
    shift = float(np.linalg.norm(vectors.mean(axis=0) - reference.mean(axis=0))) / spread
    beyond = metrics.mean_estimate(unfamiliar.astype(np.float64))
    return {"beyond": asdict(beyond), "shift": shift, "drifted": beyond.low > 0.05}


def evaluate(
    model: CompactModel, examples: list[Example], trained_on: Vectors | None = None
) -> dict[str, Any]:
    """Everything, as one JSON-ready dictionary; `trained_on`: vectors (N, P) of the training's
    library, for drift."""
    model.eval()
    tested = Tested(examples, embed_examples(model, examples), truths_of(examples))
    found: dict[str, Any] = {
        "version": model.config.version,
        "studies": len(examples),
        "concepts": by_concept(model, tested),
        "retrieval": retrieval(model, tested),
    }
    if trained_on is not None:
        found["drift"] = drift(trained_on, tested.vectors)
    return found


def table(found: dict[str, Any]) -> str:
    """The evaluation as people read it."""
    lines = [
        f"{found['version']} on {found['studies']} studies",
        f"{'finding':<26}{'n+':>5}{'n-':>5}  {'zero-shot AUROC':<24}{'AUPRC':>7}{'bal.acc':>8}"
        f"{'32-shot':>9}{'probe':>7}{'ECE':>6}  second reader",
    ]
    for concept, one in found["concepts"].items():
        zero, shots = one["zero_shot"], one["few_shot"].get("32")
        area = zero["auroc"]
        lines.append(
            f"{concept:<26}{one['positives']:>5}{one['negatives']:>5}  "
            f"{area['value']:.3f} ({area['low']:.3f} to {area['high']:.3f})  "
            f"{zero['average_precision']['value']:>7.3f}{zero['balanced_accuracy']['value']:>8.3f}"
            f"{shots['value'] if shots else float('nan'):>9.3f}"
            f"{one['linear_probe']['value']:>7.3f}"
            f"{one['calibration']['calibration_error']['value']:>6.3f}  "
            f"{'speaks' if one['calibration']['enabled'] else 'silent'}"
        )
    for name, one in found["retrieval"].items():
        recalls = "  ".join(f"R@{k} {one[f'recall@{k}']['value']:.3f}" for k in (1, 5, 10))
        lines.append(f"{name:<32}{recalls}  median rank {one['median_rank']:g} of {one['of']}")
    if "drift" in found:
        one = found["drift"]
        lines.append(
            f"drift: {one['beyond']['value']:.3f} beyond the 99th percentile, mean shifted by "
            f"{one['shift']:.2f} spreads, {'drifted' if one['drifted'] else 'no drift'}"
        )
    return "\n".join(lines)


def calibrations(found: dict[str, Any]) -> dict[str, contrast.Calibration]:
    """The table of an evaluation that serving goes by."""
    return {
        concept: contrast.Calibration(
            slope=round(one["calibration"]["slope"], 4),
            intercept=round(one["calibration"]["intercept"], 4),
            enabled=one["calibration"]["enabled"],
            auroc=round(one["calibration"]["held_out_auroc"], 4),
            calibration_error=round(one["calibration"]["calibration_error"]["value"], 4),
        )
        for concept, one in found["concepts"].items()
    }


def main() -> None:
    from workers.cmrclip.compact_inference import load_model

    parser = argparse.ArgumentParser(description="Evaluates a cine-compact checkpoint.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True, help="a folder of prepared studies")
    parser.add_argument("--trained-on", type=Path, help="the prepared library of the training")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--reference", type=Path, help="where to write vectors of --trained-on")
    parser.add_argument("--calibration", type=Path, help="where to write the table of serving")
    given = parser.parse_args()
    try:
        model, _ = load_model(given.checkpoint)
        trained_on = embed_library(model, given.trained_on) if given.trained_on else None
        found = evaluate(model, read_library(given.library), trained_on)
        if given.reference and trained_on is not None:
            write_reference(given.reference, make_reference(trained_on))
    except InputError as error:
        parser.error(error.sentence)
    print(table(found))
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    if given.calibration:
        contrast.write_calibration(given.calibration, calibrations(found))


if __name__ == "__main__":
    main()
