"""Work: the queue itself.

A row is written in the same transaction as the thing that needs doing, so neither can exist
without the other. A worker claims rows with a lease and deletes the claim by finishing it; a row
whose lease ran out is claimed again; the attempt cap stops a poisonous one. The message broker
carries only kicks ("there is work called grade_read"): losing every one of them loses nothing.
"""

from django.db import models

WORK_STATES = ["waiting", "done", "failed"]


class Work(models.Model):
    task = models.CharField(max_length=60)
    subject = models.CharField(max_length=64, help_text="Primary key of what the work is about.")
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in WORK_STATES], default="waiting"
    )
    attempts = models.PositiveIntegerField(default=0)
    available_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True, help_text="Who holds it; a late finisher no longer does.")
    last_error = models.TextField(default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "subject"],
                condition=models.Q(state="waiting"),
                name="one_waiting_work_per_subject",
            )
        ]
        indexes = [
            models.Index(
                fields=["task", "available_at"],
                condition=models.Q(state="waiting"),
                name="waiting_work",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task}({self.subject}) {self.state}"
