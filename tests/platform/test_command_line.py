"""`manage.py claims` and `manage.py grade`, as processes without database or broker."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def command(tmp_path: Path):
    """command(arguments, standard input) -> the finished process, services out of reach."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("DATABASE_", "REDIS_", "CINEROUNDS_"))
    }

    def run(arguments: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            input=given,
            capture_output=True,
            text=True,
            env=environment | {"CINEROUNDS_VAR": str(tmp_path / "var")},
        )

    return run


def test_claims_of_a_text(command):
    done = command(["claims"], "Dilated LV, EF 28%. No late gadolinium enhancement.")
    parsed = json.loads(done.stdout)
    found = {claim["concept"]: claim["assertion"] for claim in parsed["claims"]}
    assert found == {"lv_dilation": "present", "lge": "absent", "lv_dysfunction": "present"}
    assert parsed["measures"]["lvef"]["value"] == 28
    text = "Dilated LV, EF 28%. No late gadolinium enhancement."
    lge = next(claim for claim in parsed["claims"] if claim["concept"] == "lge")
    assert any("gadolinium" in text[start:end] for start, end in lge["spans"])


def test_claims_line_by_line(command):
    done = command(["claims", "--jsonl"], '{"text": "No LGE."}\n\n{"text": "LV thrombus."}\n')
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["claims"][0]["concept"] for line in lines] == ["lge", "lv_thrombus"]


def test_numbers_are_read_for_the_person_named(command):
    texts = '{"text": "LVEDVi 100 ml/m2."}\n{"text": "LVEDVi 100 ml/m2.", "sex": "F"}\n'
    lines = command(["claims", "--jsonl"], texts).stdout.splitlines()
    found = [json.loads(line)["claims"] for line in lines]
    assert [[claim["assertion"] for claim in claims] for claims in found] == [[], ["present"]]
    given = ["claims", "--sex", "M", "--bsa", "1.9"]
    claim = json.loads(command(given, "LVEDV 230 mL.").stdout)["claims"][0]
    assert claim["concept"] == "lv_dilation" and claim["derived"]
    pair = json.dumps({"report": "Dilated LV.", "read": "LVEDVi 100 ml/m2.", "sex": "F"})
    assert json.loads(command(["grade", "--jsonl"], pair).stdout)["score"] == 100.0


def test_grade_of_two_files(command, tmp_path: Path):
    (tmp_path / "report.txt").write_text("Severely dilated LV, LVEF 25%. LV thrombus.")
    (tmp_path / "read.txt").write_text("LV dilated, EF 26%. No thrombus.")
    texts = ["--report", str(tmp_path / "report.txt"), "--read", str(tmp_path / "read.txt")]
    grade = json.loads(command(["grade", *texts]).stdout)
    kinds = {row["kind"] for row in grade["rows"]}
    assert "WRONG-NEGATION" in kinds and "MEASURE" in kinds
    assert round(sum(row["points"] for row in grade["rows"]), 6) == grade["score"]
    assert grade["caps"][0]["limit"] == 60
    assert grade["vocabulary_version"] and grade["rules_version"]


@pytest.mark.parametrize(
    ("arguments", "given", "sentence"),
    [
        (["claims", "--jsonl"], '{"txt": "No LGE."}\n', 'Line 1 needs an object with "text"'),
        (["claims", "--jsonl"], "no json\n", "Line 1 is not JSON"),
        (["claims", "--jsonl"], '{"text": "LGE.", "sex": "X"}', 'Line 1: Sex is "M" or "F"'),
        (["claims", "--jsonl"], '{"text": "LGE.", "bsa": "big"}', '"bsa" is a number in m²'),
        (["claims", "--bsa", "19"], "LGE.", "between 0.2 and 4"),
        (["grade"], "", "Name both texts"),
        (["grade", "--report", "/nowhere", "--read", "/nowhere"], "", "cannot be read"),
    ],
)
def test_bad_input_is_one_sentence(command, arguments, given, sentence):
    done = command(arguments, given)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
