"""The image model as a second reader: it can excuse, and it can ask for a person; it never judges.

`Opinion` is how likely the model holds each finding to be, for those findings alone that it was
shown to be good enough for; about the rest it is silent. An opinion can only raise a score:

- the report is silent, the read finds it and so does the model: the penalty shrinks to nothing, and
  the report may have left it out, which goes to the educator;
- report and read disagree and the model sides with the read: the penalty stands, marked disputed,
  and an educator looks.
"""

from collections.abc import Mapping

from domain.findings import ParsedText

Opinion = Mapping[str, float]
PENALTY = 0.5
PENALTY_ON_NORMAL = 1.0
_DOUBT, _SPAN = 0.5, 0.3
_SURE, _SURELY_NOT = 0.8, 0.2
_EXCUSED = 0.65
NOBODY: Opinion = {}


def extra_penalty(concept: str, opinion: Opinion, *, says_normal: bool = False) -> float:
    """The share of its weight that a finding costs which only the read gives: .5 where the model is
    silent or doubts it, falling to 0 as its probability rises from .5 to .8.

    Twice that where the report calls the study normal: it then did not just leave the finding out.
    """
    penalty = PENALTY_ON_NORMAL if says_normal else PENALTY
    probability = opinion.get(concept)
    if probability is None:
        return penalty
    sure = min(1.0, max(0.0, (probability - _DOUBT) / _SPAN))
    return penalty * (1.0 - sure)


def is_excused(concept: str, opinion: Opinion) -> bool:
    """Whether half of the penalty or more is gone: such a finding never caps a score."""
    return opinion.get(concept, 0.0) >= _EXCUSED


def may_be_omitted(concept: str, opinion: Opinion) -> bool:
    """Whether the model is sure of a finding that the report does not mention."""
    return opinion.get(concept, 0.0) >= _SURE


def sides_with_read(concept: str, *, read_finds: bool, opinion: Opinion) -> bool:
    """Whether the model is sure of what the read says, where the report says the opposite."""
    probability = opinion.get(concept)
    if probability is None:
        return False
    return probability >= _SURE if read_finds else probability <= _SURELY_NOT


def agreement(read: ParsedText, opinion: Opinion) -> tuple[int, int]:
    """(on how many findings the model and the read agree, of how many both speak about). Shown as a
    number of its own, no part of the score."""
    both = [claim for claim in read.claims if claim.concept in opinion]
    agreed = sum(claim.is_given == (opinion[claim.concept] >= _DOUBT) for claim in both)
    return agreed, len(both)
