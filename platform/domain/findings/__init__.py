"""Free text -> claims: what a report or a read asserts, denies, doubts and measures."""

from domain.findings.claims import ASSERTIONS, Claim, Measurement, ParsedText
from domain.findings.grammar import parse
from domain.findings.references import Person, person
from domain.findings.vocabulary import concept_name, vocabulary

VOCABULARY_VERSION = vocabulary().version

__all__ = [
    "ASSERTIONS",
    "VOCABULARY_VERSION",
    "Claim",
    "Measurement",
    "ParsedText",
    "Person",
    "concept_name",
    "parse",
    "person",
]
