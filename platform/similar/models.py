"""What the image model made of a study.

A *clip* is the checked input: whether the study's images can be shown to the model at all, and if
not, why. A *model version* is one trained checkpoint: *building* while the library is embedded
with it, *serving* while neighbours are ranked by it, *retired* once another serves. An *embedding*
is its answer for the images of one study, a *report embedding* for the text of one report; vectors
of two versions are never compared. Without a trained checkpoint there is none of the three.
A *finding score* is how much better the sentences that assert a finding fit the images than those
that deny it; the version's *calibration* turns it into a probability, for findings where that was
shown to be worth something.
"""

from django.db import models
from pgvector.django import HalfVectorField, HnswIndex

from cases.models import Report, Study

EMBEDDING_WIDTH = 512
VERSION_STATES = ["building", "serving", "retired"]


def _by_cosine(name: str) -> HnswIndex:
    return HnswIndex(
        fields=["vector"],
        name=name,
        m=16,
        ef_construction=64,
        opclasses=["halfvec_cosine_ops"],
    )


class Clip(models.Model):
    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="clip")
    usable = models.BooleanField()
    sentence = models.TextField(help_text="What it is made of, or why it is not usable.")
    sha256 = models.CharField(max_length=64, default="", help_text="Of the float32 tensor.")
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sentence


class ModelVersion(models.Model):
    name = models.CharField(max_length=80, unique=True, help_text="As the checkpoint says it.")
    state = models.CharField(max_length=10, choices=[(s, s) for s in VERSION_STATES])
    trained_on = models.CharField(max_length=200, default="", blank=True)
    calibration = models.JSONField(
        default=dict,
        help_text="By finding: slope, intercept, enabled, auroc, calibration_error.",
    )
    created_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state__in=["building", "serving"]),
                name="one_version_builds_and_one_serves",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class Embedding(models.Model):
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="embeddings")
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.CASCADE, related_name="embeddings"
    )
    vector = HalfVectorField(dimensions=EMBEDDING_WIDTH)
    finding_scores = models.JSONField(default=dict, help_text="By finding, above 0 is present.")
    familiar = models.BooleanField(
        null=True, help_text="Whether the study is like those trained on; empty where unknown."
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "model_version"], name="one_embedding")
        ]
        indexes = [_by_cosine("embedding_by_cosine")]

    def __str__(self) -> str:
        return f"{self.study} by {self.model_version.name}"


class ReportEmbedding(models.Model):
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="embeddings")
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.CASCADE, related_name="report_embeddings"
    )
    vector = HalfVectorField(dimensions=EMBEDDING_WIDTH)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "model_version"], name="one_report_embedding")
        ]
        indexes = [_by_cosine("report_embedding_by_cosine")]

    def __str__(self) -> str:
        return f"{self.report} by {self.model_version.name}"
