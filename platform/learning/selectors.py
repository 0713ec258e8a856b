"""Progress: a fold over append-only grades, computed on the way out and stored nowhere."""

from typing import Any

from domain.findings import concept_name
from domain.learning.progress import GradedRead, fold_grades
from people.models import User
from reads.models import Grade
from reads.selectors import first_graded_reads


def progress_of(user: User) -> dict[str, Any]:
    """The user's progress by finding, over the first read of each case."""
    graded = first_graded_reads(user)
    findings = fold_grades(
        [
            GradedRead(
                grade.report_claims["claims"], grade.read_claims["claims"], _decided(grade)
            )
            for _, grade in graded
        ]
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


def _decided(grade: Grade) -> dict[str, bool]:
    """concept -> whether the read was right, of the rows that an educator decided."""
    return {
        row["concept"]: row["points"] >= row["possible"] / 2
        for row in grade.rows
        if row.get("overridden")
    }
