"""Progress: a fold over append-only grades, computed on the way out and stored nowhere."""

from typing import Any

from domain.findings import concept_name
from domain.learning.progress import fold_grades
from people.models import User
from reads.selectors import first_graded_reads


def progress_of(user: User) -> dict[str, Any]:
    """The user's progress by finding, over the first read of each case."""
    graded = first_graded_reads(user)
    findings = fold_grades(
        [(grade.report_claims["claims"], grade.read_claims["claims"]) for _, grade in graded]
    )
    return {
        "read_count": len(graded),
        "findings": [
            {"concept": finding.concept, "name": concept_name(finding.concept), **finding.to_json()}
            for finding in findings
        ],
        "scores": [
            {
                "read_id": read.pk,
                "case_title": read.case.title,
                "score": grade.score,
                "submitted_at": read.submitted_at,
            }
            for read, grade in graded
        ],
    }
