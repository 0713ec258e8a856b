from django.urls import path

from learning.api import ProgressView

urlpatterns = [path("progress", ProgressView.as_view())]
