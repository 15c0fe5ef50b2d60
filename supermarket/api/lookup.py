"""Look up beneficiaries and shelves. The API answers from public facts and what the caller types, whoever calls."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from enterprises.models import Beneficiary
from policies.definition import Audience
from supermarket.api.days import DayField
from supermarket.api.facts import facts_read
from supermarket.api.problems import ProblemSerializer
from supermarket.api.shelves import ShelfSerializer
from supermarket.lookup import QUERY_AT_MOST, search
from supermarket.shelf import shelf_for

PROBLEM = ProblemSerializer
AUDIENCES = list(Audience)


class BeneficiaryListApi(APIView):
    class FilterSerializer(serializers.Serializer[Any]):
        q = serializers.CharField(
            max_length=QUERY_AT_MOST, help_text="A code (persons: the whole one), its beginning, or part of a name."
        )

    @extend_schema_serializer(component_name="BeneficiaryList")
    class OutputSerializer(serializers.Serializer[Any]):
        @extend_schema_serializer(component_name="BeneficiaryFound")
        class FoundSerializer(serializers.Serializer[Any]):
            code = serializers.CharField()
            name = serializers.CharField()
            kind = serializers.ChoiceField(choices=AUDIENCES)

        remarks = serializers.ListField(child=serializers.CharField(), help_text="What is odd about the query.")
        found = FoundSerializer(many=True)

    @extend_schema(
        operation_id="beneficiary_list", parameters=[FilterSerializer], responses={200: OutputSerializer, 400: PROBLEM}
    )
    def get(self, request: Request) -> Response:
        query = self.FilterSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(self.OutputSerializer(search(query.validated_data["q"])).data)


class BeneficiaryShelfApi(APIView):
    class FilterSerializer(serializers.Serializer[Any]):
        as_of = DayField()

    @extend_schema(
        operation_id="beneficiary_shelf",
        parameters=[FilterSerializer, OpenApiParameter("code", location="path")],
        responses={200: ShelfSerializer, 400: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, code: str) -> Response:
        query = self.FilterSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        beneficiary = Beneficiary.objects.filter(code=code).first()
        if beneficiary is None:
            raise Http404
        shelf = shelf_for(
            beneficiary=beneficiary,
            typed_facts={},
            as_of=query.validated_data["as_of"],
            viewer=None,
            audience=Audience(beneficiary.kind),
        )
        return Response(ShelfSerializer(shelf).data)


class ShelfEvaluateApi(APIView):
    @extend_schema_serializer(component_name="TypedFacts")
    class InputSerializer(serializers.Serializer[Any]):
        audience = serializers.ChoiceField(choices=AUDIENCES)
        as_of = DayField()
        facts = serializers.DictField(
            child=serializers.JSONField(allow_null=True),
            help_text="Fact code -> value: numbers, true or false, dates and codes as text, tags as a list, items as a "
            "list of objects; money in yuan. What is absent or null is unknown.",
        )

    @extend_schema(
        operation_id="shelf_evaluate", request=InputSerializer, responses={200: ShelfSerializer, 400: PROBLEM}
    )
    def post(self, request: Request) -> Response:
        """The shelf for typed facts about nobody in particular. Nothing is kept."""
        body = self.InputSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        audience = Audience(body.validated_data["audience"])
        shelf = shelf_for(
            beneficiary=None,
            typed_facts=facts_read(body.validated_data["facts"], audience),
            as_of=body.validated_data["as_of"],
            viewer=None,
            audience=audience,
        )
        return Response(ShelfSerializer(shelf).data)
