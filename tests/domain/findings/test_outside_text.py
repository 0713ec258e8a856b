"""Text that nobody here wrote: sentences annotated for NegEx, and a RadReport template."""

import re
from html.parser import HTMLParser
from pathlib import Path

from domain.findings import parse
from tests.benchmarks.claims import balanced_accuracy, first_contact, judged_sentences

FILLED = {
    "End-diastole volume": "212", "End-systolic volume": "140", "Ejection fraction": "34",
    "Mass": "151", "Antero-septal wall": "1.1",
    "Impression": "Dilated left ventricle, moderately impaired. No infarct.",
    "Clinical information": "Known dilated cardiomyopathy, ?thrombus.",
}  # fmt: skip


class Template(HTMLParser):
    """A RadReport template as the text that a reader who fills it in would send."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.field = ""
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self.inside = tag if tag in {"header", "label", "textarea"} else ""
        if tag == "header":
            self.lines.append("")
        if tag in {"input", "textarea"}:
            self.field = given["name"]
            self.put(FILLED.get(self.field, given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""
        if tag in {"header", "p"}:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if self.inside == "textarea" and self.field in FILLED:
            return
        if self.inside and data.strip():
            self.put(data.strip())

    def put(self, text: str) -> None:
        self.lines[-1] = f"{self.lines[-1]} {text}".strip()

    def text(self) -> str:
        return re.sub(r"\n{2,}", "\n", "\n".join(self.lines))


def test_negation_of_annotated_sentences(shared: Path):
    judged = judged_sentences()
    assert len(judged) > 400
    assert sum(one.negated for one in judged) >= 45
    assert balanced_accuracy(judged) >= 0.92


def test_a_filled_in_template_is_read_section_by_section(shared: Path):
    template = Template()
    page = shared / "data/text/radreport/T48_cardiac_mri_adenosine_stress.html"
    template.feed(page.read_text(encoding="utf-8"))
    parsed = parse(template.text())
    measures = {name: one.value for name, one in parsed.measures.items()}
    assert measures == {
        "lvedv": 212, "lvesv": 140, "lvef": 34, "lv_mass": 151, "wall_thickness": 11
    }  # fmt: skip
    said = {claim.concept: claim.assertion for claim in parsed.claims if not claim.derived}
    # Each section has its say: perfusion, cine, delayed enhancement, and the impression, which
    # finds what the template's own words deny.
    assert said == {
        "perfusion_defect": "absent",
        "lv_dilation": "present", "lv_dysfunction": "present",
        "rv_dilation": "absent", "la_dilation": "absent", "ra_dilation": "absent",
        "wall_motion_abnormality": "absent",
        "lge": "absent", "infarct": "absent",
    }  # fmt: skip
    dysfunction = parsed.claim("lv_dysfunction")
    assert dysfunction is not None and dysfunction.severity == "moderate"


def test_first_contact_does_not_fall_back():
    assert first_contact()["f1"] >= 0.83
