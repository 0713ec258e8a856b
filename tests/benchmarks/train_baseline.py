"""Trains the frame-wise baseline exactly as cine-compact is trained.

python -m tests.benchmarks.train_baseline --library READY --out RUN

or, over two processes, `torchrun --nproc-per-node 2 -m tests.benchmarks.train_baseline …`.
"""

import argparse
from pathlib import Path

from tests.benchmarks.frame_baseline import FrameModel
from workers.cmrclip.devices import join_devices
from workers.cmrclip.library import read_library, split_by_patient
from workers.cmrclip.train import Training, fit, read_train_config

CONFIG = Path(__file__).resolve().parents[2] / "workers" / "cmrclip" / "configs"


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the frame-wise baseline.")
    parser.add_argument("--config", type=Path, default=CONFIG / "cine-compact.json")
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    config = read_train_config(given.config)
    device = join_devices()
    training_set, held_out = split_by_patient(read_library(given.library), config.held_out)
    training = Training(config, training_set, make=FrameModel, device=device)
    fit(training, given.out, held_out=held_out)


if __name__ == "__main__":
    main()
