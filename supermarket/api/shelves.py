"""A shelf as JSON. Texts are {zh, en}; money is integer fen."""

from typing import Any

from rest_framework import serializers

from policies.definition import DeliveryMode, Payer, TermUnit, Verdict
from supermarket.shelf import AmountKind, Group, MaterialState

Serializer = serializers.Serializer[Any]


class TextSerializer(Serializer):
    zh = serializers.CharField()
    en = serializers.CharField()


class ProvenanceSerializer(Serializer):
    source = TextSerializer()  # type: ignore[assignment]
    as_of = serializers.DateField(allow_null=True)
    absent = serializers.BooleanField(help_text="The source's complete list does not name the beneficiary.")
    typed = serializers.BooleanField(help_text="The caller typed it.")


class ReasonSerializer(Serializer):
    """One condition; `children` are reasons again, as deep as the rule is."""

    truth = serializers.BooleanField(allow_null=True, help_text="null: unknown")
    text = TextSerializer()
    facts = serializers.ListField(child=serializers.CharField())
    value = TextSerializer(allow_null=True)
    provenance = ProvenanceSerializer(many=True)
    children = serializers.SerializerMethodField()

    def get_children(self, reason: Any) -> list[dict[str, Any]]:
        return [dict(ReasonSerializer(child).data) for child in reason.children]


class MissingSerializer(Serializer):
    code = serializers.CharField()
    label = TextSerializer()  # type: ignore[assignment]
    source = TextSerializer(allow_null=True)  # type: ignore[assignment]
    typeable = serializers.BooleanField()


class NearestSerializer(Serializer):
    text = TextSerializer()
    facts = serializers.ListField(child=serializers.CharField())


class MaterialSerializer(Serializer):
    name = TextSerializer()
    state = serializers.ChoiceField(choices=list(MaterialState))
    source = TextSerializer(allow_null=True)  # type: ignore[assignment]
    as_of = serializers.DateField(allow_null=True)


class DocumentSerializer(Serializer):
    title = serializers.CharField(allow_null=True)
    issued_by = serializers.CharField(allow_null=True)
    number = serializers.CharField(allow_null=True)
    issued_on = serializers.DateField(allow_null=True)
    url = serializers.CharField(allow_null=True)


class TermSerializer(Serializer):
    days = serializers.IntegerField()
    unit = serializers.ChoiceField(choices=list(TermUnit))


class ItemSerializer(Serializer):
    code = serializers.CharField()
    version_number = serializers.IntegerField()
    title = TextSerializer()
    group = serializers.ChoiceField(choices=list(Group))
    verdict = serializers.ChoiceField(choices=list(Verdict))
    mode = serializers.ChoiceField(choices=list(DeliveryMode))
    paid_by = serializers.ChoiceField(choices=list(Payer))
    period = serializers.CharField()
    reference = serializers.DateField(help_text="The day whose facts counted.")
    amount_fen = serializers.IntegerField(allow_null=True)
    amount_kind = serializers.ChoiceField(choices=list(AmountKind))
    department = serializers.CharField()
    document = DocumentSerializer()
    because = TextSerializer(allow_null=True)
    reasons = ReasonSerializer(many=True)
    amount_reasons = ReasonSerializer(many=True)
    missing = MissingSerializer(many=True)
    nearest = NearestSerializer(many=True)
    materials = MaterialSerializer(many=True)
    apply_from = serializers.DateField(allow_null=True)
    deadline = serializers.DateField(allow_null=True)
    promise = TermSerializer(allow_null=True)
    notice = TermSerializer(allow_null=True)
    where_to_get = TextSerializer(allow_null=True)
    sample = serializers.BooleanField()


class ShelfSerializer(Serializer):
    as_of = serializers.DateField()
    audience = serializers.CharField()
    amount_fen = serializers.IntegerField(help_text="What one click away adds up to: exact sums only.")
    items = ItemSerializer(many=True)
