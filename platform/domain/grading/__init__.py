"""Claims -> grade: a read compared with the report, row by row, with reasons."""

from domain.grading.grade import Cap, Grade, Row, grade
from domain.grading.weights import weights

RULES_VERSION = weights().version

__all__ = ["RULES_VERSION", "Cap", "Grade", "Row", "grade"]
