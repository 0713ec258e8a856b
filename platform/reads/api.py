"""The fellow's routes: cases, drafts, reads; and a cohort's reads for those who teach."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api import ChangeCase, MakeCase, given
from cases.models import Case
from cases.selectors import access_case, access_case_set, cases_seen_by, teaches_case
from cases.serializers import study_body
from common.errors import NotFound
from common.pagination import page_of, paged
from people.models import User
from people.selectors import TEACHES, access_cohort, cohorts_seen_by, programmes_where, signed_in
from reads import selectors, services
from reads.models import QUESTION_KINDS
from reads.serializers import (
    AppealIn,
    CaseDetailOut,
    CaseSummaryOut,
    CohortOut,
    CohortReadOut,
    DraftConflictOut,
    DraftIn,
    DraftOut,
    OverrideIn,
    QuestionOut,
    ReadIn,
    ReadOut,
    ReadSummaryOut,
    case_summary,
    draft_or_none,
    question_body,
    read_body,
    read_summary,
)

_PAGE = [OpenApiParameter("limit", int), OpenApiParameter("offset", int)]
_STATUS = OpenApiParameter("status", str, enum=["all", "unread", "read"])


def _read_response(user: User, read_id: object, *, status: int = 200) -> Response:
    return Response(ReadOut(read_body(user, read_id)).data, status=status)


class CasesView(MakeCase):
    @extend_schema(
        operation_id="cases_list",
        parameters=[*_PAGE, _STATUS, OpenApiParameter("case_set", str)],
        responses=page_of(CaseSummaryOut),
    )
    def get(self, request: Request) -> Response:
        user = signed_in(request)
        cases = cases_seen_by(user)
        submitted = selectors.submitted_cases(user).values("pk")
        if request.query_params.get("status") == "unread":
            cases = cases.exclude(pk__in=submitted)
        if request.query_params.get("status") == "read":
            cases = cases.filter(pk__in=submitted)
        if case_set := request.query_params.get("case_set"):
            items = access_case_set(user, case_set).items.all()
            cases = cases.filter(items__in=items).order_by("items__order")
        taught = set(programmes_where(user, *TEACHES).values_list("pk", flat=True))

        def bodies(page: list[Case]) -> list[dict[str, Any]]:
            latest = selectors.latest_reads(user, page)
            return [
                case_summary(case, latest.get(case.pk), teaches=case.programme_id in taught)
                for case in page
            ]

        return paged(request, cases, CaseSummaryOut, bodies)


class CaseView(ChangeCase):
    @extend_schema(responses=CaseDetailOut)
    def get(self, request: Request, case_id: str) -> Response:
        user = signed_in(request)
        case = access_case(user, case_id)
        latest = selectors.latest_reads(user, [case]).get(case.pk)
        body = case_summary(case, latest, teaches=teaches_case(user, case)) | {
            "study": study_body(case.study),
            "draft": draft_or_none(user, case),
        }
        return Response(CaseDetailOut(body).data)


class DraftView(APIView):
    @extend_schema(responses=DraftOut)
    def get(self, request: Request, case_id: str) -> Response:
        user = signed_in(request)
        draft = services.open_draft(user=user, case=access_case(user, case_id))
        return Response(DraftOut(draft).data)

    @extend_schema(request=DraftIn, responses={200: DraftOut, 409: DraftConflictOut})
    def put(self, request: Request, case_id: str) -> Response:
        user = signed_in(request)
        case = access_case(user, case_id)
        draft = services.save_draft(user=user, case=case, **given(DraftIn, request))
        return Response(DraftOut(draft).data)


class CaseReadsView(APIView):
    @extend_schema(request=ReadIn, responses={200: ReadOut, 201: ReadOut})
    def post(self, request: Request, case_id: str) -> Response:
        user = signed_in(request)
        case = access_case(user, case_id)
        read, new = services.submit_read(user=user, case=case, **given(ReadIn, request))
        return _read_response(user, read.pk, status=201 if new else 200)


class ReadsView(APIView):
    @extend_schema(
        operation_id="reads_list", parameters=_PAGE, responses=page_of(ReadSummaryOut)
    )
    def get(self, request: Request) -> Response:
        reads = selectors.reads_of(signed_in(request))
        return paged(request, reads, ReadSummaryOut, lambda page: [read_summary(r) for r in page])


class ReadView(APIView):
    @extend_schema(responses=ReadOut)
    def get(self, request: Request, read_id: str) -> Response:
        return _read_response(signed_in(request), read_id)


class AppealsView(APIView):
    @extend_schema(request=AppealIn, responses={201: ReadOut})
    def post(self, request: Request, read_id: str) -> Response:
        user = signed_in(request)
        read = selectors.access_read(user, read_id)
        services.appeal(user=user, read=read, **given(AppealIn, request))
        return _read_response(user, read_id, status=201)


class AppealView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, appeal_id: str) -> Response:
        services.withdraw_appeal(
            question=selectors.access_appeal(signed_in(request), appeal_id)
        )
        return Response(status=204)


class OverridesView(APIView):
    @extend_schema(request=OverrideIn, responses={201: ReadOut})
    def post(self, request: Request, read_id: str) -> Response:
        user = signed_in(request)
        read = selectors.access_read(user, read_id)
        services.override_row(user=user, read=read, **given(OverrideIn, request))
        return _read_response(user, read_id, status=201)


class QuestionsView(APIView):
    @extend_schema(
        operation_id="questions_list",
        parameters=[*_PAGE, OpenApiParameter("kind", str, enum=QUESTION_KINDS)],
        responses=page_of(QuestionOut),
    )
    def get(self, request: Request) -> Response:
        user = signed_in(request)
        if not programmes_where(user, *TEACHES).exists():
            raise NotFound
        questions = selectors.questions_for(user)
        if (kind := request.query_params.get("kind")) in QUESTION_KINDS:
            questions = questions.filter(kind=kind)
        return paged(
            request, questions, QuestionOut, lambda page: [question_body(one) for one in page]
        )


class CohortsView(APIView):
    @extend_schema(operation_id="cohorts_list", responses=CohortOut(many=True))
    def get(self, request: Request) -> Response:
        user = signed_in(request)
        if not programmes_where(user, *TEACHES).exists():
            raise NotFound
        bodies = [
            {
                "id": cohort.pk,
                "name": cohort.name,
                "fellows": list(cohort.fellows.all()),
                "read_count": selectors.reads_of_cohort(cohort).count(),
            }
            for cohort in cohorts_seen_by(user)
        ]
        return Response(CohortOut(bodies, many=True).data)


class CohortReadsView(APIView):
    @extend_schema(
        operation_id="cohort_reads_list", parameters=_PAGE, responses=page_of(CohortReadOut)
    )
    def get(self, request: Request, cohort_id: str) -> Response:
        cohort = access_cohort(signed_in(request), cohort_id)
        return paged(
            request,
            selectors.reads_of_cohort(cohort),
            CohortReadOut,
            lambda page: [read_summary(read) | {"fellow": read.user} for read in page],
        )
