"""The catalogue: policies in force on a day, and the facts that rules test."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from enterprises.vocabulary import fact_definitions
from policies.definition import Audience, DeliveryMode, Level, Payer
from policies.errors import PolicyError
from policies.models import PolicyVersion
from policies.selectors import version_get
from supermarket.api.days import DayField
from supermarket.api.problems import ProblemSerializer
from supermarket.api.shelves import DocumentSerializer, TermSerializer, TextSerializer
from supermarket.policy_filter import PolicyFilter, versions_on_shelf


class DayFilterSerializer(serializers.Serializer[Any]):
    as_of = DayField()


class PolicyListApi(ListAPIView[PolicyVersion]):
    @extend_schema_serializer(component_name="PolicyListed")
    class OutputSerializer(serializers.Serializer[Any]):
        code = serializers.CharField(source="policy.code")
        version = serializers.IntegerField(source="number")
        title = TextSerializer(source="parsed.title")
        department = serializers.CharField(source="parsed.department")
        audience = serializers.ChoiceField(choices=list(Audience), source="parsed.audience")
        delivery = serializers.ChoiceField(choices=list(DeliveryMode), source="parsed.delivery")
        level = serializers.ChoiceField(choices=list(Level), source="parsed.level")

    serializer_class = OutputSerializer
    filterset_class = PolicyFilter
    queryset = PolicyVersion.objects.none()

    def get_queryset(self) -> Any:
        day = DayFilterSerializer(data=self.request.query_params)
        day.is_valid(raise_exception=True)
        return versions_on_shelf(on=day.validated_data["as_of"])

    @extend_schema(
        operation_id="policy_list",
        parameters=[DayFilterSerializer],
        responses={200: OutputSerializer(many=True), 400: ProblemSerializer},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Published policies in force on a day."""
        return super().get(request, *args, **kwargs)


class PolicyDetailApi(APIView):
    @extend_schema_serializer(component_name="Policy")
    class OutputSerializer(serializers.Serializer[Any]):
        @extend_schema_serializer(component_name="PolicyMaterial")
        class MaterialSerializer(serializers.Serializer[Any]):
            name = TextSerializer()
            source = serializers.CharField(allow_null=True, help_text="The source that already says it: not to bring.")  # type: ignore[assignment]
            upload = serializers.BooleanField()

        @extend_schema_serializer(component_name="Span")
        class SpanSerializer(serializers.Serializer[Any]):
            since = serializers.DateField(allow_null=True)
            until = serializers.DateField(allow_null=True)

        code = serializers.CharField(source="policy.code")
        version = serializers.IntegerField(source="number")
        sha256 = serializers.CharField()
        title = TextSerializer(source="parsed.title")
        because = TextSerializer(source="parsed.because", allow_null=True)
        document = DocumentSerializer(source="parsed.document")
        department = serializers.CharField(source="parsed.department")
        audience = serializers.ChoiceField(choices=list(Audience), source="parsed.audience")
        area = serializers.CharField(source="parsed.area")
        level = serializers.ChoiceField(choices=list(Level), source="parsed.level")
        paid_by = serializers.ChoiceField(choices=list(Payer), source="parsed.paid_by")
        delivery = serializers.ChoiceField(choices=list(DeliveryMode), source="parsed.delivery")
        in_force = SpanSerializer(source="parsed.in_force")
        eligibility = serializers.CharField(source="parsed.eligibility", help_text="In the rule language.")
        amount = serializers.CharField(source="parsed.amount", allow_null=True, help_text="Yuan, in the rule language.")
        period = serializers.CharField(source="parsed.period")
        materials = MaterialSerializer(source="parsed.materials", many=True)
        promise = TermSerializer(source="parsed.promise", allow_null=True)
        notice = TermSerializer(source="parsed.notice", allow_null=True)
        where_to_get = TextSerializer(source="parsed.where_to_get", allow_null=True)
        sample = serializers.BooleanField()

    @extend_schema(
        operation_id="policy_detail",
        parameters=[DayFilterSerializer],
        responses={200: OutputSerializer, 400: ProblemSerializer, 404: ProblemSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        """One policy as it stands on a day."""
        day = DayFilterSerializer(data=request.query_params)
        day.is_valid(raise_exception=True)
        try:
            version = version_get(code=code, on=day.validated_data["as_of"])
        except PolicyError as error:
            raise Http404 from error
        return Response(self.OutputSerializer(version).data)


class FactListApi(APIView):
    @extend_schema_serializer(component_name="Fact")
    class OutputSerializer(serializers.Serializer[Any]):
        code = serializers.CharField()
        kind = serializers.CharField()
        unit = serializers.CharField(allow_null=True)
        labels = TextSerializer()
        audience = serializers.ListField(child=serializers.ChoiceField(choices=list(Audience)))
        codes = serializers.DictField(child=TextSerializer(), allow_null=True, help_text="Of codes and tags.")
        freshness_days = serializers.IntegerField()

    @extend_schema(operation_id="fact_list", responses={200: OutputSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """Every fact that a rule may test."""
        return Response(self.OutputSerializer(list(fact_definitions().values()), many=True).data)
