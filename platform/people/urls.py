from django.urls import path

from people.api import SessionView

urlpatterns = [path("session", SessionView.as_view())]
