from django.urls import path

from cases import api

urlpatterns = [
    path("studies", api.StudiesView.as_view()),
    path("studies/<uuid:study_id>", api.StudyView.as_view()),
    path("studies/<uuid:study_id>/stacks/<uuid:stack_id>", api.StackView.as_view()),
    path("studies/<uuid:study_id>/reports", api.StudyReportsView.as_view()),
    path("imports", api.ImportsView.as_view()),
    path("imports/<uuid:upload_id>", api.ImportView.as_view()),
    path("case-sets", api.CaseSetsView.as_view()),
    path("case-sets/<uuid:case_set_id>", api.CaseSetView.as_view()),
    path("case-sets/<uuid:case_set_id>/cases", api.CaseSetCasesView.as_view()),
]
