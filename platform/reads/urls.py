from django.urls import path

from reads import api

urlpatterns = [
    path("cases", api.CasesView.as_view()),
    path("cases/<uuid:case_id>", api.CaseView.as_view()),
    path("cases/<uuid:case_id>/draft", api.DraftView.as_view()),
    path("cases/<uuid:case_id>/reads", api.CaseReadsView.as_view()),
    path("reads", api.ReadsView.as_view()),
    path("reads/<uuid:read_id>", api.ReadView.as_view()),
    path("reads/<uuid:read_id>/appeals", api.AppealsView.as_view()),
    path("reads/<uuid:read_id>/overrides", api.OverridesView.as_view()),
    path("appeals/<uuid:appeal_id>", api.AppealView.as_view()),
    path("questions", api.QuestionsView.as_view()),
    path("cohorts", api.CohortsView.as_view()),
    path("cohorts/<uuid:cohort_id>/reads", api.CohortReadsView.as_view()),
]
