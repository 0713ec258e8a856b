"""Ways to say the same otherwise, by rules: each takes a report and changes no finding in it."""

import random
import re
from collections.abc import Callable

from domain.findings import parse
from domain.findings.writing import write_prose, write_structured

Reword = Callable[[str, random.Random], str]
_AMERICAN = {
    "oedema": "edema", "ischaemic": "ischemic", "ischaemia": "ischemia", "tumour": "tumor",
    "haemochromatosis": "hemochromatosis", "dilatation": "dilation",
}  # fmt: skip
_SHORT = {
    "left ventricular": "LV", "right ventricular": "RV", "left ventricle": "LV",
    "right ventricle": "RV", "left atrium": "LA", "right atrium": "RA",
    "late gadolinium enhancement": "LGE", "late enhancement": "LGE", "moderately": "mod",
    "moderate": "mod", "severely": "sev", "severe": "sev", "no pericardial effusion": "no effusion",
    "systolic function": "fxn", "microvascular obstruction": "MVO", "ejection fraction": "EF",
    "mitral regurgitation": "MR", "hypertrophic cardiomyopathy": "HCM", "without": "w/o",
    "dilated cardiomyopathy": "DCM", "myocardial infarction": "MI", "lvef": "EF",
}  # fmt: skip
_LONG = {
    r"\bLV\b": "left ventricular", r"\bRV\b": "right ventricular", r"\bLGE\b":
    "late gadolinium enhancement", r"^No ": "There is no ", r"\bLVEF\b":
    "The left ventricular ejection fraction is",
}  # fmt: skip
_PARAPHRASE = {
    r"\bdilated\b": "enlarged", r"\breduced\b": "impaired", r"\bNo\b": "No evidence of",
    r"\bnormal in size and function\b": "of normal size with normal function",
    r"\bseverely\b": "markedly", r"\bmildly\b": "slightly", r"\bakinesis\b": "akinesia",
    r"\bhypokinesis\b": "hypokinesia", r"\bmidwall\b": "mid-wall", r"\bLGE\b": "late enhancement",
}  # fmt: skip


def _sentences(text: str) -> list[list[str]]:
    """Lines of sentences."""
    return [re.split(r"(?<=\.)\s+(?=[A-Z])", line) for line in text.splitlines()]


def reordered(text: str, rng: random.Random) -> str:
    """Lines in another order, the conclusion last; what a line says first names what it is about,
    so sentences keep their place in it."""
    lines = text.splitlines()
    rng.shuffle(lines)
    return "\n".join(lines)


def american(text: str, rng: random.Random) -> str:
    return _replaced(text, {rf"(?i)\b{old}\b": new for old, new in _AMERICAN.items()})


def shorthand(text: str, rng: random.Random) -> str:
    return _replaced(text, {rf"(?i)\b{old}\b": new for old, new in _SHORT.items()})


def telegraphic(text: str, rng: random.Random) -> str:
    short = re.sub(r"(?i)\b(there is (?=[a-z])|the |an? (?=[a-z])|is (?!unlikely))", "", text)
    return short.lower() if rng.random() < 0.5 else short


def verbose(text: str, rng: random.Random) -> str:
    lines = []
    for line in _sentences(text):
        long = [_replaced(sentence, _LONG) for sentence in line]
        lines.append(" ".join(long))
    opening = rng.choice(["Thank you for this referral. ", "Diagnostic image quality throughout. "])
    return opening + "\n".join(lines)


def paraphrased(text: str, rng: random.Random) -> str:
    some = dict(rng.sample(sorted(_PARAPHRASE.items()), k=6))
    return _replaced(text, some)


def mistyped(text: str, rng: random.Random) -> str:
    """One letter wrong in every eighth long word: two swapped, one lost, or one doubled."""

    def spoil(match: re.Match[str]) -> str:
        word = match.group()
        if rng.random() > 0.125:
            return word
        place = rng.randrange(2, len(word) - 2)
        kind = rng.randrange(3)
        if kind == 0:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        return word[:place] + (word[place] * 2 if kind == 1 else "") + word[place + 1 :]

    return re.sub(r"\b[A-Za-z]{8,}\b", spoil, text)


def as_template(text: str, rng: random.Random) -> str:
    return write_structured(parse(text))


def as_prose(text: str, rng: random.Random) -> str:
    return write_prose(parse(text))


def _replaced(text: str, table: dict[str, str]) -> str:
    for old, new in table.items():
        text = re.sub(old, new, text, flags=re.MULTILINE)
    return text


STYLES: dict[str, Reword] = {
    "reordered": reordered, "american": american, "shorthand": shorthand,
    "telegraphic": telegraphic, "verbose": verbose, "paraphrased": paraphrased,
    "mistyped": mistyped, "template": as_template, "prose": as_prose,
}  # fmt: skip


def translated(text: str, rng: random.Random) -> str:
    """English as it comes out of another language: articles too many, nouns piled up, «of»."""
    table = {
        r"\bNormal LV size and function\b": "The LV is of normal size and of normal function",
        r"\bThere is\b": "It exists", r"\bNo (?=[a-zA-Z])": "Absence of ",
        r"\bis normal in size and function\b": "presents normal size and normal function",
        r"\bdilated\b": "dilatated", r"\bwith\b": "with a", r"\bConclusion\b": "In conclusion",
    }  # fmt: skip
    return _replaced(text, table)


def regional(text: str, rng: random.Random) -> str:
    return telegraphic(shorthand(text, rng), rng)


SITES: dict[str, Reword] = {
    "academic": verbose, "regional": regional, "template": as_template, "translated": translated,
}  # fmt: skip
