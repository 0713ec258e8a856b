"""Training cine-compact from images and reports alone.

    python -m workers.cmrclip.train --config workers/cmrclip/configs/cine-compact.json \\
        --library READY --out RUN

`--library` is a folder made ready by `workers.cmrclip.library`. The run writes `curves.csv`, its
whole state every few hundred steps (a killed run goes on to the same weights as one that was left
alone) and at the end `model.safetensors` with `config.json`. On several devices:

    torchrun --nproc-per-node 4 -m workers.cmrclip.train …

The loss asks of every pair of study and sentence whether the sentence holds (a sigmoid, Zhai et al.
2023, arXiv:2303.15343), so it is a sum over studies: a batch goes through in chunks whose gradients
add up to those of the whole (gradient caching, Gao et al. 2021, arXiv:2101.06983), and devices
share a batch without exchanging embeddings.
"""

import argparse
import csv
import json
import math
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from tqdm import tqdm

from domain.errors import InputError
from workers.cmrclip.augment import collate
from workers.cmrclip.checkpoint import file_sha256
from workers.cmrclip.compact_config import CompactConfig, parse_compact, to_json
from workers.cmrclip.compact_model import CompactModel
from workers.cmrclip.devices import device_rank, join_devices, sum_over_devices
from workers.cmrclip.library import Example, read_library, split_by_patient
from workers.cmrclip.targets import LOCATED, MEASURES, Targets, draw_pool, is_stated, targets_of


@dataclass(frozen=True)
class TrainConfig:
    """How long, how fast, and what counts.

    `batch` studies and about `pool` sentences a step; `chunk` studies at a time; `warm_up` steps of
    rising rate, then a cosine to 0; `measure_weight`: of the stated numbers beside the sentences;
    `segment_weight`: of the AHA segments that reports name, 0 for none; `begin_from`: the folder of
    a checkpoint whose weights the run starts with, empty for fresh ones;
    `prompt_share`: of the sentences of a step, those that findings are asked about with;
    `train_image`: False leaves the image side as it is, so that only the texts move;
    `precision`: float32 or bfloat16 (autocast); `held_out`: share of patients kept for the curves;
    `save_every`: steps.
    """

    model: CompactConfig
    steps: int = 3000
    batch: int = 16
    chunk: int = 16
    pool: int = 256
    rate: float = 1e-3
    weight_decay: float = 0.02
    warm_up: int = 200
    measure_weight: float = 0.5
    segment_weight: float = 0.0
    prompt_share: float = 0.0
    train_image: bool = True
    begin_from: str = ""
    precision: str = "float32"
    held_out: float = 0.08
    save_every: int = 200
    seed: int = 1


def read_train_config(path: Path) -> TrainConfig:
    """The configuration of a run. Raises InputError where the file is absent or says nonsense."""
    try:
        written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        model = parse_compact(written.pop("model", {}), path.name)
        located = LOCATED if written.get("segment_weight") else ()
        return TrainConfig(model=replace(model, measures=MEASURES, located=located), **written)
    except (OSError, json.JSONDecodeError, TypeError, AttributeError) as error:
        raise InputError(f"{path.name} is no configuration of a run: {error}.") from error


@dataclass(frozen=True)
class Losses:
    """Mean loss of the sentences, of the stated numbers and of the segments that are named."""

    sentences: float
    measures: float
    segments: float


class Training:
    """One run: model, optimiser, step. Everything random follows from seed and step."""

    def __init__(
        self,
        config: TrainConfig,
        examples: list[Example],
        *,
        make: Callable[[CompactConfig], CompactModel] = CompactModel,
        device: str = "cpu",
    ) -> None:
        self.config, self.examples, self.device = config, examples, torch.device(device)
        self.targets: Targets = targets_of([example.report for example in examples])
        torch.manual_seed(config.seed)
        self.model = make(config.model).to(self.device)
        if config.begin_from:
            _begin_from(self.model, Path(config.begin_from))
        if not config.train_image:
            for part in (self.model.image, self.model.image_head):
                part.requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            _groups(self.model, config.weight_decay), lr=config.rate, betas=(0.9, 0.98), fused=True
        )
        self.step = 0

    def rate_at(self, step: int) -> float:
        """The learning rate of a step."""
        config = self.config
        if step < config.warm_up:
            return config.rate * (step + 1) / config.warm_up
        done = (step - config.warm_up) / max(1, config.steps - config.warm_up)
        return config.rate * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))

    def studies_at(self, step: int) -> NDArray[np.intp]:
        """The studies of a step's batch: every study once an epoch, in an order of its own."""
        count, batch = len(self.examples), self.config.batch
        places = np.arange(step * batch, (step + 1) * batch)
        epochs = np.unique(places // count)
        orders = {
            int(epoch): np.random.default_rng([self.config.seed, 1, int(epoch)]).permutation(count)
            for epoch in epochs
        }
        return np.array([orders[int(place // count)][place % count] for place in places])

    def run_step(self) -> Losses:
        """One update of the weights."""
        config = self.config
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate_at(self.step)
        rng = np.random.default_rng([config.seed, 2, self.step])
        studies = self.studies_at(self.step)
        pool = draw_pool(
            self.targets, studies, config.pool, rng, prompt_share=config.prompt_share
        )
        self.optimizer.zero_grad(set_to_none=True)
        losses = self._accumulate(studies, pool)
        sum_over_devices(self.model)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        return losses

    def _accumulate(self, studies: NDArray[np.intp], pool: NDArray[np.intp]) -> Losses:
        """Gradients of the whole batch, chunk by chunk; each device takes its share."""
        rank, world = device_rank()
        stated = is_stated(self.targets.support[np.ix_(studies, pool)]).sum()
        numbers = np.isfinite(self.targets.measures[studies]).sum()
        places = np.isfinite(self.targets.segments[studies]).sum()
        with self._autocast():
            texts = self.model.embed_texts([self.targets.sentences[place].text for place in pool])
        # The tower is walked back once, with what all chunks together ask of it.
        leaf = texts.detach().float().requires_grad_()
        total = np.zeros(3)
        for start in range(0, len(studies), self.config.chunk):
            if (start // self.config.chunk) % world != rank:
                continue
            some = studies[start : start + self.config.chunk]
            rng = np.random.default_rng([self.config.seed, 3, self.step, start])
            losses = self._losses(some, pool, leaf, rng)
            counts = losses.new_tensor([max(1, stated), max(1, numbers), max(1, places)])
            torch.autograd.backward((losses / counts * self._weights).sum())
            total += (losses.detach() / counts).cpu().numpy()
        if leaf.grad is not None:
            texts.backward(leaf.grad.to(texts.dtype))  # type: ignore[no-untyped-call]
        return Losses(*total)

    def _losses(
        self,
        studies: NDArray[np.intp],
        pool: NDArray[np.intp],
        texts: Tensor,
        rng: np.random.Generator | None,
    ) -> Tensor:
        """(3,): summed loss of sentences, numbers and segments over some studies."""
        images = [self.examples[study].images for study in studies]
        batch = collate(images, self.config.model.crop, rng).to(self.device)
        with self._autocast():
            embedded, measured, located = self.model.embed_images(batch)
        wanted = torch.from_numpy(self.targets.support[np.ix_(studies, pool)]).to(self.device)
        logits = self.model.logits(embedded.float(), texts)
        pairs = functional.binary_cross_entropy_with_logits(
            logits, wanted.clamp(0, 1), reduction="none"
        )
        stated = torch.from_numpy(self.targets.measures[studies]).to(self.device)
        there = torch.isfinite(stated)
        numbers = functional.smooth_l1_loss(
            measured.float()[there], stated[there], reduction="sum", beta=0.3
        )
        return torch.stack([pairs[wanted >= 0].sum(), numbers, self._place_loss(located, studies)])

    def _place_loss(self, located: Tensor, studies: NDArray[np.intp]) -> Tensor:
        """Summed over the segments of which the reports say something; 0 without such a head."""
        if located.shape[1] == 0:
            return located.sum()
        named = torch.from_numpy(self.targets.segments[studies]).to(self.device)
        told = torch.isfinite(named)
        return functional.binary_cross_entropy_with_logits(
            located.float()[told], named[told], reduction="sum"
        )

    @property
    def _weights(self) -> Tensor:
        config = self.config
        weights = [1.0, config.measure_weight, config.segment_weight]
        return torch.tensor(weights, device=self.device)

    def _autocast(self) -> torch.autocast:
        narrow = self.config.precision == "bfloat16"
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=narrow)

    # --- state ----------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """The whole state in one file, never half-written. No pickle."""
        tensors = {f"model.{name}": one for name, one in self.model.state_dict().items()}
        for index, parameter in enumerate(self.model.parameters()):
            for name, value in self.optimizer.state.get(parameter, {}).items():
                tensors[f"optimizer.{index}.{name}"] = torch.as_tensor(value)
        tensors = {name: one.detach().cpu().contiguous() for name, one in tensors.items()}
        partial = path.with_suffix(".partial")
        save_file(tensors, partial, metadata={"step": str(self.step), "of": self._identity()})
        partial.rename(path)

    def load(self, path: Path) -> None:
        """Goes on from a saved state. Raises InputError where it belongs to another run."""
        from safetensors import safe_open

        with safe_open(path, "pt") as file:
            about = file.metadata()
        if about["of"] != self._identity():
            raise InputError(
                f"{path} belongs to a run of another configuration or library; start in an empty"
                " folder."
            )
        tensors = load_file(path, device=str(self.device))
        self.model.load_state_dict(
            {n.removeprefix("model."): t for n, t in tensors.items() if n.startswith("model.")}
        )
        for index, parameter in enumerate(self.model.parameters()):
            prefix = f"optimizer.{index}."
            state = {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
            if state:
                state["step"] = state["step"].cpu()
                self.optimizer.state[parameter] = state
        self.step = int(about["step"])

    def _identity(self) -> str:
        names = [example.name for example in self.examples]
        return json.dumps([asdict(self.config), len(names), names[0], names[-1]], sort_keys=True)


def _groups(model: torch.nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices decay; biases, norms and embeddings of hashed words do not, nor what is not trained.
    """
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    decayed = [p for n, p in trained if p.ndim >= 2 and not n.startswith("text.parts")]
    chosen = {id(p) for p in decayed}
    rest = [p for _, p in trained if id(p) not in chosen]
    return [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]


def _begin_from(model: CompactModel, folder: Path) -> None:
    """Takes over the weights of a checkpoint; a head that it lacks keeps its fresh ones. Raises
    InputError where anything else is absent or of another shape."""
    try:
        weights = {n: w.float() for n, w in load_file(folder / "model.safetensors").items()}
        found = model.load_state_dict(weights, strict=False)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise InputError(f"{folder} is no checkpoint to begin from: {error}.") from error
    lacking = [name for name in found.missing_keys if not name.startswith("segments.")]
    if lacking or found.unexpected_keys:
        raise InputError(
            f"{folder} is a checkpoint of another model: {[*lacking, *found.unexpected_keys]}."
        )


def fit(
    training: Training, out: Path, *, held_out: list[Example] | None = None
) -> None:
    """Runs to the last step, from the saved state where there is one; writes curves and weights."""
    from workers.cmrclip.evaluate import agreement

    out.mkdir(parents=True, exist_ok=True)
    state = out / "state.safetensors"
    if state.exists():
        training.load(state)
    first = device_rank()[0] == 0
    bar = tqdm(
        total=training.config.steps, initial=training.step, unit="step", file=sys.stderr,
        disable=not first, mininterval=5,
    )  # fmt: skip
    recent: list[Losses] = []
    while training.step < training.config.steps:
        recent = [*recent[-49:], training.run_step()]
        bar.update()
        if training.step % 10 == 0:
            bar.set_postfix(loss=f"{np.mean([one.sentences for one in recent]):.4f}")
        if first and (
            training.step % training.config.save_every == 0
            or training.step == training.config.steps
        ):
            training.save(state)
            found = agreement(training.model, held_out) if held_out else math.nan
            _add_curve(out / "curves.csv", training, recent, found)
    if first:
        write_checkpoint(training.model, training.config.model, out)


def _add_curve(path: Path, training: Training, recent: list[Losses], found: float) -> None:
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(
                ["step", "rate", "sentence_loss", "measure_loss", "segment_loss", "held_out_auroc"]
            )
        writer.writerow(
            [
                training.step,
                f"{training.rate_at(training.step):.3g}",
                f"{np.mean([one.sentences for one in recent]):.5f}",
                f"{np.mean([one.measures for one in recent]):.5f}",
                f"{np.mean([one.segments for one in recent]):.5f}",
                f"{found:.4f}",
            ]
        )


def write_checkpoint(model: CompactModel, config: CompactConfig, out: Path) -> str:
    """`model.safetensors` in half precision with `config.json`; returns the file's SHA-256."""
    weights = {
        name: one.detach().cpu().to(torch.float16).contiguous()
        for name, one in model.state_dict().items()
    }
    save_file(weights, out / "model.safetensors")
    written = to_json(replace(config, trained=True))
    (out / "config.json").write_text(json.dumps(written, indent=2) + "\n")
    return file_sha256(out / "model.safetensors")


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains cine-compact.")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True, help="a folder of prepared studies")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--begin-from", type=Path, help="a checkpoint's folder to go on from")
    given = parser.parse_args()
    device = join_devices()
    try:
        config = read_train_config(given.config)
        if given.begin_from:
            config = replace(config, begin_from=str(given.begin_from))
        training_set, held_out = split_by_patient(read_library(given.library), config.held_out)
        if len(training_set) < config.batch:
            raise InputError(
                f"{given.library} has {len(training_set)} studies to train on, fewer than a batch"
                f" of {config.batch}; add studies or lower the batch."
            )
        fit(Training(config, training_set, device=device), given.out, held_out=held_out)
    except InputError as error:
        parser.error(error.sentence)


if __name__ == "__main__":
    main()
