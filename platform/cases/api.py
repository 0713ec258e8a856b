"""Educators' routes: studies, imports, making cases and sets. Reading cases is `reads.api`."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import importing, selectors, services
from cases.models import CaseSet
from cases.serializers import (
    CaseChangeIn,
    CaseIdsIn,
    CaseIn,
    CaseNameOut,
    CaseSetChangeIn,
    CaseSetIn,
    CaseSetOut,
    ImportIn,
    ImportOut,
    ReportIn,
    ReportOut,
    StackIn,
    StackOut,
    StudyPageOut,
    StudySummaryOut,
    stack_body,
    study_body,
)
from common.errors import NotFound
from people.selectors import (
    EDITS,
    TEACHES,
    check_has_role,
    programmes_where,
    signed_in,
    the_programme,
)


def given(serializer: type, request: Request) -> dict[str, Any]:
    """The validated body of a request. Raises ValidationError naming the fields."""
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


class StudiesView(generics.ListAPIView):
    serializer_class = StudySummaryOut

    def get_queryset(self) -> Any:
        return selectors.studies_edited_by(signed_in(self.request))


class StudyView(APIView):
    @extend_schema(responses=StudyPageOut)
    def get(self, request: Request, study_id: str) -> Response:
        study = selectors.access_study_to_edit(signed_in(request), study_id)
        body = study_body(study) | {
            "label": study.label,
            "found": study.found,
            "reports": study.reports.order_by("-created_at"),
            "cases": study.cases.all(),
        }
        return Response(StudyPageOut(body).data)


class StackView(APIView):
    @extend_schema(request=StackIn, responses=StackOut)
    def patch(self, request: Request, study_id: str, stack_id: str) -> Response:
        study = selectors.access_study_to_edit(signed_in(request), study_id)
        stack = study.stacks.filter(pk=stack_id).first()
        if stack is None:
            raise NotFound
        changes = given(StackIn, request)
        services.change_stack(
            stack=stack, view=changes.get("view"), contrast=changes.get("contrast")
        )
        return Response(StackOut(stack_body(stack)).data)


class StudyReportsView(APIView):
    @extend_schema(request=ReportIn, responses={201: ReportOut})
    def post(self, request: Request, study_id: str) -> Response:
        user = signed_in(request)
        study = selectors.access_study_to_edit(user, study_id)
        report = services.add_report(
            study=study, text=given(ReportIn, request)["text"], author=user
        )
        return Response(ReportOut(report).data, status=201)


class ImportsView(generics.ListAPIView):
    serializer_class = ImportOut

    def get_queryset(self) -> Any:
        return selectors.uploads_seen_by(signed_in(self.request))

    @extend_schema(request={"multipart/form-data": ImportIn}, responses={202: ImportOut})
    def post(self, request: Request) -> Response:
        user = signed_in(request)
        programme = the_programme(user, *EDITS)
        upload = importing.receive_upload(
            user=user,
            programme=programme,
            files=request.FILES.getlist("files"),
            report_text=str(request.data.get("report_text", "")),
        )
        return Response(ImportOut(upload).data, status=202)


class ImportView(APIView):
    @extend_schema(responses=ImportOut)
    def get(self, request: Request, upload_id: str) -> Response:
        return Response(ImportOut(selectors.access_upload(signed_in(request), upload_id)).data)


class MakeCase(APIView):
    """Mixed into the list of cases, which the reading side owns."""

    @extend_schema(request=CaseIn, responses={201: CaseNameOut})
    def post(self, request: Request) -> Response:
        user = signed_in(request)
        body = given(CaseIn, request)
        study = selectors.access_study_to_edit(user, body.pop("study_id"))
        report = selectors.access_report(user, body.pop("report_id"), study)
        case = services.make_case(study=study, report=report, **body)
        return Response(CaseNameOut(case).data, status=201)


class ChangeCase(APIView):
    """Mixed into the single case, which the reading side owns."""

    @extend_schema(request=CaseChangeIn, responses=CaseNameOut)
    def patch(self, request: Request, case_id: str) -> Response:
        user = signed_in(request)
        case = selectors.access_case(user, case_id)
        check_has_role(user, case.programme, *EDITS)
        services.change_case(case=case, **given(CaseChangeIn, request))
        return Response(CaseNameOut(case).data)


def case_set_body(case_set: CaseSet, request: Request) -> dict[str, Any]:
    """What CaseSetOut describes; fellows see published cases under their unknown titles."""
    user = signed_in(request)
    teaches = programmes_where(user, *TEACHES).filter(pk=case_set.programme_id).exists()
    cases = [item.case for item in case_set.items.all()]
    return {
        "id": case_set.pk,
        "name": case_set.name,
        "description": case_set.description,
        "cases": [
            {
                "id": case.pk,
                "title": case.title if teaches or case.open else case.unknown_title,
                "open": case.open,
                "published": case.published,
            }
            for case in cases
            if teaches or case.published
        ],
    }


class CaseSetsView(APIView):
    @extend_schema(responses=CaseSetOut(many=True), operation_id="case_sets_list")
    def get(self, request: Request) -> Response:
        case_sets = selectors.case_sets_seen_by(signed_in(request))
        bodies = [case_set_body(case_set, request) for case_set in case_sets]
        return Response(CaseSetOut(bodies, many=True).data)

    @extend_schema(request=CaseSetIn, responses={201: CaseSetOut})
    def post(self, request: Request) -> Response:
        programme = the_programme(signed_in(request), *EDITS)
        case_set = services.make_case_set(programme=programme, **given(CaseSetIn, request))
        return Response(CaseSetOut(case_set_body(case_set, request)).data, status=201)


class CaseSetView(APIView):
    @extend_schema(responses=CaseSetOut)
    def get(self, request: Request, case_set_id: str) -> Response:
        case_set = selectors.access_case_set(signed_in(request), case_set_id)
        return Response(CaseSetOut(case_set_body(case_set, request)).data)

    @extend_schema(request=CaseSetChangeIn, responses=CaseSetOut)
    def patch(self, request: Request, case_set_id: str) -> Response:
        case_set = selectors.access_case_set(signed_in(request), case_set_id, to_edit=True)
        services.change_case_set(case_set=case_set, **given(CaseSetChangeIn, request))
        return Response(CaseSetOut(case_set_body(case_set, request)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, case_set_id: str) -> Response:
        selectors.access_case_set(signed_in(request), case_set_id, to_edit=True).delete()
        return Response(status=204)


class CaseSetCasesView(APIView):
    @extend_schema(request=CaseIdsIn, responses=CaseSetOut)
    def put(self, request: Request, case_set_id: str) -> Response:
        user = signed_in(request)
        case_set = selectors.access_case_set(user, case_set_id, to_edit=True)
        ids = given(CaseIdsIn, request)["case_ids"]
        cases = [selectors.access_case(user, case_id) for case_id in ids]
        services.put_cases(case_set=case_set, cases=cases)
        fresh = selectors.access_case_set(user, case_set_id)
        return Response(CaseSetOut(case_set_body(fresh, request)).data)
