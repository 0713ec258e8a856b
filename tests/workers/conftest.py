"""Small trained checkpoints, and a worker process that serves one."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from tests.workers.cmrclip.test_inference import SMALL
from workers.app import app
from workers.cmrclip.model import CmrClip
from workers.serving import Server
from workers.tasks import embed_study as task


@pytest.fixture
def write_checkpoint(tmp_path: Path):
    """write_checkpoint(seed, **config) -> a folder with random weights that say they are trained"""

    def write(seed: int, **changes: object) -> Path:
        config = replace(SMALL, version=f"small-{seed}", **changes)
        folder = tmp_path / f"checkpoint-{seed}"
        folder.mkdir(exist_ok=True)
        torch.manual_seed(seed)
        save_file(CmrClip(config).state_dict(), folder / "model.safetensors")
        (folder / "config.json").write_text(json.dumps(asdict(config)))
        return folder

    return write


@pytest.fixture
def use(settings, monkeypatch):
    """use(folder) -> a worker process that starts with that checkpoint."""

    def start(folder: Path | str) -> Server:
        settings.CHECKPOINT = str(folder)
        server = Server()
        monkeypatch.setattr(task, "server", server)
        return server

    return start


def write_tokenizer(folder: Path) -> None:
    words = {"[PAD]": 0, "[UNK]": 1, "ventricle": 2, "dilated": 3}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))


def drain(name: str) -> int:
    return app.tasks[name]()
