"""What the image model made of a study.

A *clip* is the checked input: whether the study's images can be shown to the model at all, and if
not, why. An *embedding* is the model's answer for one study under one model version; without a
trained checkpoint there is none.
"""

from django.db import models
from pgvector.django import HalfVectorField

from cases.models import Study

EMBEDDING_WIDTH = 512


class Clip(models.Model):
    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="clip")
    usable = models.BooleanField()
    sentence = models.TextField(help_text="What it is made of, or why it is not usable.")
    sha256 = models.CharField(max_length=64, default="", help_text="Of the float32 tensor.")
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sentence


class Embedding(models.Model):
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="embeddings")
    model_version = models.CharField(max_length=80)
    vector = HalfVectorField(dimensions=EMBEDDING_WIDTH)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "model_version"], name="one_embedding")
        ]

    def __str__(self) -> str:
        return f"{self.study} by {self.model_version}"
