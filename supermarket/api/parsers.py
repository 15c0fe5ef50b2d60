"""JSON with exact numbers."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class ExactJSONParser(BaseParser):
    """Fractions become Decimal: 0.1 is a tenth, not the nearest binary fraction. NaN and the infinities are refused."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return json.loads(stream.read().decode(), parse_float=Decimal, parse_constant=self._refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("This is not JSON: %(error)s") % {"error": error}) from error

    def _refuse(self, constant: str) -> None:
        raise ValueError(constant)
