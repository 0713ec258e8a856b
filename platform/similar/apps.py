from django.apps import AppConfig


class SimilarConfig(AppConfig):
    name = "similar"
    default_auto_field = "django.db.models.BigAutoField"
