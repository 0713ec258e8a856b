from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("similar", "0002_model_versions")]

    operations = [
        migrations.AddField(
            model_name="embedding",
            name="finding_scores",
            field=models.JSONField(default=dict, help_text="By finding, above 0 is present."),
        ),
        migrations.AddField(
            model_name="embedding",
            name="familiar",
            field=models.BooleanField(
                help_text="Whether the study is like those trained on; empty where unknown.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="trained_on",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="calibration",
            field=models.JSONField(
                default=dict,
                help_text="By finding: slope, intercept, enabled, auroc, calibration_error.",
            ),
        ),
    ]
