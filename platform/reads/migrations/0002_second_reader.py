from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reads", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="grade",
            name="model_agreement",
            field=models.JSONField(
                default=dict,
                help_text="agreed, of: findings on which the image model and the read agree.",
            ),
        ),
        migrations.AddField(
            model_name="grade",
            name="model_version",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Of the second reader; empty: it was silent.",
                max_length=80,
            ),
        ),
        migrations.RemoveConstraint(model_name="grade", name="graded_once_a_version"),
        migrations.AddConstraint(
            model_name="grade",
            constraint=models.UniqueConstraint(
                fields=("read", "vocabulary_version", "rules_version", "model_version"),
                name="graded_once_a_version",
            ),
        ),
    ]
