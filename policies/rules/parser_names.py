"""The parser's reading of names: facts by code or label, fields, variables, calls, tables, dates and durations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from policies.rules.dates import parse_date, parse_duration
from policies.rules.names import FUNCTION_PHRASES, Names, longest_phrase
from policies.rules.nodes import (
    AsOf,
    Call,
    Fact,
    Field,
    Items,
    Literal,
    Node,
    Parameter,
    Span,
    TableReference,
    Variable,
)
from policies.rules.problems import did_you_mean
from policies.rules.rows import field_named, row_fields
from policies.rules.signatures import FEEL_ONLY_NAMES, SIGNATURES, TABLE_FUNCTIONS, Signature
from policies.rules.tables import TableReader
from policies.rules.token_stream import TokenStream
from policies.rules.tokens import Token
from policies.rules.values import Vocabulary


class NameParser(TokenStream):
    """Knows the vocabulary, the rows around the current place, and the tables and items beside the rule."""

    def __init__(
        self,
        tokens: list[Token],
        names: Names,
        *,
        tables: TableReader | None = None,
        items: Items | None = None,
        rows: tuple[Vocabulary, ...] = (),
    ) -> None:
        super().__init__(tokens)
        self.names = names
        self.tables = tables
        self.items = items
        self.rows = list(rows)  # field vocabularies, the innermost row last
        self.variables: dict[str, Vocabulary] = {}

    def expression(self) -> Node:
        raise NotImplementedError

    # --- scopes ------------------------------------------------------------------------------------

    @contextmanager
    def row_scope(self, fields: Vocabulary) -> Iterator[None]:
        self.rows.append(fields)
        yield
        self.rows.pop()

    @contextmanager
    def variable_scope(self, name: str, fields: Vocabulary) -> Iterator[None]:
        outer = self.variables
        self.variables = {**outer, name: fields}
        yield
        self.variables = outer

    def row_fields(self, node: Node) -> Vocabulary:
        """The fields of the rows of a list; none where it does not hold rows."""
        return row_fields(node, self.names.vocabulary, self.rows, self.variables)

    # --- names -------------------------------------------------------------------------------------

    def name(self) -> Node:
        """A name at the cursor: a call, a variable, a field of a row around, or a fact."""
        token = self.current
        if token.kind == "quoted":
            self.advance()
            return self._fact(token.value, token.span)
        words = longest_phrase(FUNCTION_PHRASES, self.tokens, self.position) or (token.value,)
        following = self.peek(len(words))
        if following.kind == "sign" and following.value == "(":
            return self._call(" ".join(words), len(words))
        return self._local() or self._phrase() or self._dotted()

    def _local(self) -> Node | None:
        token = self.current
        if token.value in self.variables:
            self.advance()
            return Variable(token.value, span=token.span)
        for depth, fields in enumerate(reversed(self.rows)):
            field_name = field_named(fields, token.value)
            if field_name is not None:
                self.advance()
                return Field(field_name, depth, span=token.span)
        return None

    def _phrase(self) -> Node | None:
        """A label of several words."""
        words = longest_phrase(self.names.phrases, self.tokens, self.position)
        if not words:
            return None
        start = self.current.span.start
        self.position += len(words)
        return self._fact(" ".join(words), self.span_from(start))

    def _dotted(self) -> Node:
        """The longest dotted name that the vocabulary has; what follows is a path."""
        start = self.current.span.start
        parts = [self.advance().value]
        longest, name = self.position, parts[0]
        while self.at("sign", ".") and self.peek().kind in ("name", "keyword"):
            self.advance()
            parts.append(self.advance().value)
            if ".".join(parts) in self.names.known:
                longest, name = self.position, ".".join(parts)
        known = name in self.names.known
        if not known and name not in ("as_of", "items", "item"):
            name = ".".join(parts)  # unknown as a whole: suggest for the whole
            return self._fact(name, self.span_from(start))
        self.position = longest
        span = self.span_from(start)
        if not known:
            return self._special(name, span)
        return self._fact(name, span)

    def _special(self, name: str, span: Span) -> Node:
        if name == "as_of":
            return AsOf(span=span)
        if name == "item" and self.rows:
            return Field("item", span=span)
        if name == "items" and self.items is not None:
            return Items(self.items.source, self.items.key, self.items.where, span=span)
        self.report("unknown-name", f"这里没有“{name}”", f"there is no {name!r} here", span)
        return Fact(name, span=span)

    def _fact(self, name: str, span: Span) -> Node:
        code = self.names.known.get(name)
        if code is not None:
            return Fact(code, span=span)
        if codes := self.names.ambiguous.get(name):
            zh, en = (
                f"“{name}”指多个数据项：{'、'.join(codes)}",
                f"{name!r} is the label of several facts: {', '.join(codes)}",
            )
            self.report("ambiguous-name", zh, en, span, ("请写代码", "write the code"))
        else:
            known = [*self.names.known, *self.variables, *(field for row in self.rows for field in row)]
            zh, en = f"没有名为“{name}”的数据项", f"unknown name {name!r}"
            hints = did_you_mean(name, known)
            if name in self.names.vocabulary:  # no fact: a city value
                hints = (f'城市参数写作 parameter("{name}")', f'a city value is written parameter("{name}")')
            self.report("unknown-name", zh, en, span, hints)
        return Fact(name, span=span)

    def variable_name(self) -> str:
        if not self.at("name"):
            self.fail_expected("变量名", "a variable name")
        return self.advance().value

    def property_name(self) -> str:
        """The name after a dot; `time offset` is the one with a space."""
        name = self.advance().value
        if name == "time" and self.at("name", "offset"):
            self.advance()
            return "time offset"
        return name

    # --- calls -------------------------------------------------------------------------------------

    def _call(self, name: str, word_count: int) -> Node:
        start = self.current.span.start
        self.position += word_count
        name_span = self.span_from(start)
        self.advance()
        if name == "parameter":
            return self._parameter(start)
        signature = self.signature(name, name_span)
        values, named = self._arguments(signature)
        arguments = self._in_order(signature, values, named, start) if signature else tuple(values)
        return self.call(name, arguments, self.span_from(start))

    def call(self, name: str, arguments: tuple[Node, ...], span: Span) -> Node:
        """A call, or the literal that it spells: `date("2023-01-01")`."""
        first = arguments[0] if arguments else None
        if isinstance(first, Literal) and first.kind == "text" and len(arguments) == 1:
            if name == "date":
                return self._temporal(parse_date(str(first.value)), "date", str(first.value), span)
            if name == "duration":
                return self._temporal(parse_duration(str(first.value)), "duration", str(first.value), span)
        return Call(name, arguments, span=span)

    def signature(self, name: str, span: Span) -> Signature | None:
        signature = SIGNATURES.get(name)
        if signature is None:
            if name in FEEL_ONLY_NAMES:
                zh, en = f"规则中不能使用函数 {name}", f"function {name!r} is not for rules"
                self.report("not-for-rules", zh, en, span)
            else:
                zh, en = f"没有名为 {name} 的函数", f"unknown function {name!r}"
                self.report("unknown-function", zh, en, span, did_you_mean(name, SIGNATURES))
        return signature

    def _arguments(self, signature: Signature | None) -> tuple[list[Node], dict[str, Node]]:
        values: list[Node] = []
        named: dict[str, Node] = {}
        while not self.at("sign", ")"):
            if argument_name := self._argument_name(signature):
                named[argument_name] = self._argument(signature, values)
            else:
                values.append(self._argument(signature, values))
            if not self.take("sign", ","):
                break
        self.expect("sign", ")")
        return values, named

    def _argument_name(self, signature: Signature | None) -> str | None:
        """`name:` before an argument, words joined by spaces."""
        offset = 0
        while self.peek(offset).kind in ("name", "keyword"):
            offset += 1
        if offset == 0 or self.peek(offset).value != ":" or self.peek(offset).kind != "sign":
            return None
        words = [self.advance().value for _ in range(offset)]
        self.advance()
        return " ".join(words)

    def _argument(self, signature: Signature | None, before: list[Node]) -> Node:
        is_table = (
            signature is not None and signature.name in TABLE_FUNCTIONS and len(before) == len(signature.parameters) - 1
        )
        if is_table and self.at("name") and self.tables is not None:
            return self._table(before)
        return self.expression()

    def _table(self, before: list[Node]) -> Node:
        assert self.tables is not None
        token = self.advance()
        table = self.tables.read(token.value, before[0], self)
        if table is None:
            zh, en = f"没有名为“{token.value}”的表", f"unknown table {token.value!r}"
            self.report("unknown-table", zh, en, token.span, did_you_mean(token.value, self.tables.names))
            return Variable("?", span=token.span)
        return TableReference(token.value, table, span=token.span)

    def _in_order(
        self, signature: Signature, values: list[Node], named: Mapping[str, Node], start: int
    ) -> tuple[Node, ...]:
        """Named arguments put in their places; wrong names and numbers of arguments are reported."""
        span = self.span_from(start)
        if values and named:
            self.report("arguments", "参数名不能与顺序参数混用", "named and positional arguments do not mix", span)
        if named:
            unknown = [name for name in named if name not in signature.parameters]
            gap = next((name for name in signature.parameters if name not in named), None)
            late = gap is not None and any(
                name in named for name in signature.parameters[signature.parameters.index(gap) :]
            )
            if unknown or late:
                expected = ", ".join(signature.parameters)
                zh = f"{signature.name} 的参数是：{expected}"
                self.report("arguments", zh, f"the arguments of {signature.name} are: {expected}", span)
            values = [named[name] for name in signature.parameters if name in named]
        if len(values) < signature.required or (len(values) > len(signature.parameters) and not signature.variadic):
            zh = f"{signature.name} 的参数个数不对：{len(values)} 个"
            en = f"{signature.name} takes {_count(signature)} arguments, not {len(values)}"
            self.report("arguments", zh, en, span)
        return tuple(values)

    def _parameter(self, start: int) -> Node:
        if not self.at("text"):
            self.fail_expected("参数代码（加引号）", "the parameter's code as a text")
        token = self.advance()
        self.expect("sign", ")")
        span = self.span_from(start)
        fact_type = self.names.vocabulary.get(token.value)
        if fact_type is None or not fact_type.parameter:
            known = [code for code, each in self.names.vocabulary.items() if each.parameter]
            zh, en = f"没有名为“{token.value}”的城市参数", f"unknown parameter {token.value!r}"
            self.report("unknown-parameter", zh, en, token.span, did_you_mean(token.value, known))
        return Parameter(token.value, span=span)

    def invocation(self, node: Node, start: int) -> Node:
        """A hook: FEEL's call of a value."""
        self.fail("syntax", "这里不能调用", "only functions can be called")

    # --- temporal literals -------------------------------------------------------------------------

    def temporal_literal(self) -> Node:
        """`@"2023-01-01"` or `@"P1Y"`."""
        start = self.advance().span.start
        if not self.at("text"):
            self.fail_expected("日期或时长（加引号）", "a date or duration as a text")
        text = self.advance().value
        span = self.span_from(start)
        day = parse_date(text)
        if day is not None:
            return Literal("date", day, span=span)
        return self._temporal(parse_duration(text), "duration", text, span)

    def _temporal(self, value: object, kind: str, text: str, span: Span) -> Node:
        if value is None:
            zh, en = f"“{text}”不是日期或时长", f"{text!r} is not a {kind}"
            hints = (
                "日期写作 2023-01-31，时长写作 P1Y6M 或 P30D",
                "write a date as 2023-01-31, a duration as P1Y6M or P30D",
            )
            self.report("temporal", zh, en, span, hints)
            return Variable("?", span=span)
        return Literal("date" if kind == "date" else "duration", value, span=span)


def _count(signature: Signature) -> str:
    if signature.variadic:
        return f"at least {signature.required}"
    most = len(signature.parameters)
    return str(most) if most == signature.required else f"{signature.required} to {most}"
