"""The vocabulary: data in vocabulary.yaml, indexed once for the grammar."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("vocabulary.yaml")
TOKEN = re.compile(r"[A-Za-z]+(?:[-/'][A-Za-z]+)*\d*|\d+(?:\.\d+)?|\S")


@dataclass(frozen=True)
class Meaning:
    """What a phrase stands for: `kind` (concept, chamber, property, before, after, ...), `code`."""

    kind: str
    code: str


@dataclass
class Node:
    """One step of the trie over lower-case tokens; `kinds`: those of its meanings."""

    steps: dict[str, "Node"] = field(default_factory=dict)
    meanings: list[Meaning] = field(default_factory=list)
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Measure:
    """A named quantity with its unit and the values that can be meant."""

    unit: str
    low: float
    high: float


@dataclass(frozen=True)
class Vocabulary:
    """Everything the grammar knows.

    - `version`: of the words and of the grammar beside them
    - `words`: every word of a phrase; `known`: plain English
    - `placed`: concepts that a layer, pattern or segment describes
    - `sections`: of a written report in the order of SCMR, with their concepts and measures
    - `surface`: how a code is written, by kind
    """

    version: str
    names: dict[str, str]
    phrases: dict[str, list[str]]
    trie: Node
    words: frozenset[str]
    known: frozenset[str]
    spelling: dict[str, str]
    chamber_concepts: dict[str, dict[str, str]]
    joint_chambers: dict[str, list[str]]
    carried_chambers: frozenset[str]
    implied_chambers: dict[str, str]
    measures: dict[str, Measure]
    indexed_measures: dict[str, str]
    right_measures: dict[str, str]
    neutral_names: frozenset[str]
    territories: dict[str, list[int]]
    wall_segments: dict[str, list[int]]
    placed: frozenset[str]
    sections: dict[str, list[str]]
    surface: dict[str, dict[str, str]]
    skipped_sections: frozenset[str]
    read_sections: frozenset[str]


def words_of(phrase: str) -> list[str]:
    """The lower-case tokens of a phrase, as the grammar cuts texts."""
    return [match.group().lower() for match in TOKEN.finditer(phrase)]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read once a process."""
    raw = _FILE.read_bytes()
    data: dict[str, Any] = yaml.load(raw, Loader=yaml.CSafeLoader)
    trie, words = Node(), set[str]()

    def add(kind: str, code: str, phrases: list[str]) -> None:
        for phrase in phrases:
            node = trie
            for word in words_of(phrase):
                words.add(word)
                node = node.steps.setdefault(word, Node())
            node.meanings.append(Meaning(kind, code))
            node.kinds |= {kind}

    for code, concept in data["concepts"].items():
        add("concept", code, concept["phrases"])
    for kind, table in (
        ("chamber", data["chambers"]),
        ("property", data["properties"]),
        ("aspect", data["aspects"]),
        ("before", data["cues"]["before"]),
        ("after", data["cues"]["after"]),
        ("severity", data["severity"]),
        ("layer", data["layers"]),
        ("pattern", data["patterns"]),
        ("level", data["levels"]),
        ("wall", data["walls"]),
    ):
        for code, phrases in table.items():
            add(kind, code, phrases)
    for kind in ("unassessed", "barrier", "versus", "another"):
        add(kind, kind, data["cues"][kind])
    add("image", "image", data["images"])
    for code, (_, phrases) in data["territories"].items():
        add("territory", code, phrases)
    for code, measure in data["measures"].items():
        add("measure", code, measure["names"])
    names = {code: concept["name"] for code, concept in data["concepts"].items()}
    names |= {code: measure["name"] for code, measure in data["measures"].items()}
    # What a text is read as rests on grammar and reference values as much as on its words.
    beside = [*_FILE.parent.glob("*.py"), _FILE.with_name("references.yaml")]
    grammar = b"".join(path.read_bytes() for path in sorted(beside))
    return Vocabulary(
        version=f"{data['version']}-{hashlib.sha256(raw + grammar).hexdigest()[:12]}",
        names=names,
        phrases={code: concept["phrases"] for code, concept in data["concepts"].items()},
        trie=trie,
        words=frozenset(words),
        known=frozenset(data["known_words"]),
        spelling=data["spelling"],
        chamber_concepts=data["chamber_concepts"],
        joint_chambers=data["joint_chambers"],
        carried_chambers=frozenset(data["carried_chambers"]),
        implied_chambers=data["implied_chambers"],
        measures={
            code: Measure(measure["unit"], measure["low"], measure["high"])
            for code, measure in data["measures"].items()
        },
        indexed_measures=data["indexed_measures"],
        right_measures=data["right_measures"],
        neutral_names=frozenset(data["neutral_names"]),
        territories={code: segments for code, (segments, _) in data["territories"].items()},
        wall_segments=data["wall_segments"],
        placed=frozenset(data["placed"]),
        sections=data["report"],
        surface={
            kind: {code: phrases[0] for code, phrases in data[table].items()}
            for kind, table in (("layer", "layers"), ("pattern", "patterns"))
        },
        skipped_sections=frozenset(data["sections"]["skipped"]),
        read_sections=frozenset(data["sections"]["read"]),
    )


def concept_name(code: str) -> str:
    """The name of a concept or measure as people read it; the code itself where unknown."""
    return vocabulary().names.get(code, code)


def phrases_of(code: str) -> list[str]:
    """The phrases that name a concept on their own; none for an unknown code."""
    return vocabulary().phrases.get(code, [])
