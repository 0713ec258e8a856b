"""Progress over the wire."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from learning.selectors import progress_of
from people.selectors import signed_in


class IntervalOut(serializers.Serializer):
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class CountOut(serializers.Serializer):
    n = serializers.IntegerField()
    correct = serializers.IntegerField()


class FindingProgressOut(serializers.Serializer):
    concept = serializers.CharField()
    name = serializers.CharField()
    present = CountOut()
    absent = CountOut()
    sensitivity = IntervalOut(allow_null=True)
    specificity = IntervalOut(allow_null=True)


class ScoreOut(serializers.Serializer):
    read_id = serializers.UUIDField()
    case_title = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    submitted_at = serializers.DateTimeField()


class FellowProgressOut(serializers.Serializer):
    read_count = serializers.IntegerField()
    findings = FindingProgressOut(many=True)
    scores = ScoreOut(many=True)


class ProgressView(APIView):
    @extend_schema(responses=FellowProgressOut)
    def get(self, request: Request) -> Response:
        return Response(FellowProgressOut(progress_of(signed_in(request))).data)
