"""What fellows write and what came of it. Append-only: a read and a grade never change.

A *draft* is the text being written, one per fellow and case, and carries the id that its read will
have: submitting twice, or after a reload, therefore names the same read. A *read* is submitted
text. A *grade* compares it with the report under one version of vocabulary and rules, and of the
image model where that had an opinion; a later version adds a grade and changes none.
"""

import uuid

from django.db import models

from cases.models import Case, Report
from people.models import User

READ_STATES = ["waiting", "graded", "failed"]


class Draft(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="drafts")
    read_id = models.UUIDField(unique=True, default=uuid.uuid4)
    text = models.TextField(default="", blank=True)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "case"], name="one_draft_per_case")
        ]

    def __str__(self) -> str:
        return f"draft {self.version} of {self.case}"


class Read(models.Model):
    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reads")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reads")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="reads")
    text = models.TextField()
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["-submitted_at"]
        indexes = [models.Index(fields=["user", "case"], name="reads_of_user_on_case")]

    def __str__(self) -> str:
        return f"read of {self.case}"


class Grade(models.Model):
    read = models.ForeignKey(Read, on_delete=models.CASCADE, related_name="grades")
    score = models.FloatField(null=True)
    raw = models.FloatField(null=True)
    caps = models.JSONField()
    rows = models.JSONField()
    read_claims = models.JSONField()
    report_claims = models.JSONField()
    vocabulary_version = models.CharField(max_length=64)
    rules_version = models.CharField(max_length=64)
    model_version = models.CharField(
        max_length=80,
        default="",
        blank=True,
        help_text="Of the second reader; empty: it was silent.",
    )
    model_agreement = models.JSONField(
        default=dict, help_text="agreed, of: findings on which the image model and the read agree."
    )
    graded_at = models.DateTimeField()

    class Meta:
        ordering = ["-graded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["read", "vocabulary_version", "rules_version", "model_version"],
                name="graded_once_a_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.score} for {self.read}"
