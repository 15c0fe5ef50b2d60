"""Tokens to a tree: operators, ranges, tests, iteration. Names and calls are read by `parser_names`.

Binding, loosest first: `or`, `and`, `not x`, comparison (`= != < <= > >= between in "not in"`), `+ -`, `* /`, `**`
(from the left), unary minus, then paths, filters and calls. `if`, `some`, `every` and `for` reach as far as they can.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from policies.rules.nodes import (
    And,
    Arithmetic,
    Between,
    Compare,
    Filter,
    For,
    If,
    In,
    ListOf,
    Literal,
    Negative,
    Node,
    Not,
    Or,
    Path,
    Quantified,
    Range,
    Span,
    Unequal,
    Variable,
)
from policies.rules.parser_names import NameParser
from policies.rules.rows import field_named
from policies.rules.tokens import SyntaxProblem
from policies.rules.values import NUMBERS

MAX_LIST_MEMBERS = 1_000
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
Reader = Callable[[], Node]
# Stands for an operand that could not be read, so that the rest of the text is still checked.
PLACEHOLDER = Variable("?")


def join(kind: type[And] | type[Or], operands: list[Node], span: Span) -> Node:
    """A flat And or Or."""
    flat: list[Node] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, kind) else (operand,))
    return kind(tuple(flat), span=span)


class Parser(NameParser):
    """Reads one text. `parse` gives the tree; what went wrong stands in `problems`."""

    def parse(self) -> Node:
        """The whole text as one expression. Never raises for bad text."""
        try:
            tree = self.expression()
            if not self.at("end"):
                self.fail_expected("规则结尾或运算符", "an operator or the end")
        except SyntaxProblem as problem:
            self.problems.append(problem.problem)
            tree = PLACEHOLDER
        return tree

    def expression(self) -> Node:
        self.enter()
        node = self._either()
        self.leave()
        return node

    # --- logic -------------------------------------------------------------------------------------

    def _either(self) -> Node:
        return self._joined(Or, "or", lambda: self._joined(And, "and", self._negation))

    def _joined(self, kind: type[And] | type[Or], word: str, operand: Reader) -> Node:
        start = self.current.span.start
        operands = [self._recovering(operand)]
        while self.take("keyword", word):
            operands.append(self._recovering(operand))
        return operands[0] if len(operands) == 1 else join(kind, operands, self.span_from(start))

    def _recovering(self, operand: Reader) -> Node:
        """One operand; after a mistake in it, reading goes on at the next `and` or `or` of the same level."""
        depth, level = self._depth, self.levels[self.position]
        try:
            return operand()
        except SyntaxProblem as problem:
            if not self.skip_to(level, "and", "or"):
                raise
            self.problems.append(problem.problem)
            self._depth = depth
            return PLACEHOLDER

    def _negation(self) -> Node:
        if self.at("keyword", "not") and not (self.peek().kind == "sign" and self.peek().value == "("):
            start = self.advance().span.start
            self.enter()
            operand = self._negation()
            self.leave()
            return Not(operand, span=self.span_from(start))
        return self._comparison()

    # --- comparison --------------------------------------------------------------------------------

    def _comparison(self) -> Node:
        start = self.current.span.start
        node = self._arithmetic()
        while True:
            if self.at("sign", *_COMPARISONS):
                operator = self.advance().value
                node = Compare(operator, node, self._arithmetic(), span=self.span_from(start))  # type: ignore[arg-type]
            elif self.take("keyword", "between"):
                low = self._arithmetic()
                self.expect("keyword", "and")
                node = Between(node, low, self._arithmetic(), span=self.span_from(start))
            elif self.take("keyword", "in"):
                node = In(node, self._in_tests(), span=self.span_from(start))
            elif self.at("keyword", "not") and self.peek().value == "in":
                self.advance()
                self.advance()
                inner = In(node, self._in_tests(), span=self.span_from(start))
                node = Not(inner, span=inner.span)
            else:
                extended = self.extended_comparison(node, start)
                if extended is None:
                    return node
                node = extended

    def extended_comparison(self, node: Node, start: int) -> Node | None:
        """A hook: FEEL's `instance of`."""
        return None

    def _in_tests(self) -> tuple[Node, ...]:
        """What stands after `in`."""
        if not self.at("sign", "("):
            return self.list_as_tests(self.test(self._arithmetic))
        start = self.position
        opening = self.advance()
        first = self.test(self.expression)
        if self.at("sign", ".."):
            return (self._range(first, opening.span.start, low_closed=False),)
        tests = [first]
        while self.take("sign", ","):
            tests.append(self.test(self.expression))
        self.expect("sign", ")")
        if len(tests) == 1 and self.at("sign", *_PRECEDENCE, ".", "["):
            self.position = start  # it was a value in parentheses after all
            return self.list_as_tests(self._arithmetic())
        return tuple(tests) if len(tests) > 1 else self.list_as_tests(first)

    def list_as_tests(self, node: Node) -> tuple[Node, ...]:
        """`x in [a, b]` and `x in (a, b)` are one and the same."""
        return node.members if isinstance(node, ListOf) and node.members else (node,)

    def test(self, operand: Reader) -> Node:
        """One unary test: a comparison without its left side, or an operand."""
        start = self.current.span.start
        if not self.at("sign", *_COMPARISONS):
            return operand()
        operator = self.advance().value
        bound = self._arithmetic()
        span = self.span_from(start)
        if operator == "=":
            return bound
        if operator == "!=":
            return Unequal(bound, span=span)
        if operator in ("<", "<="):
            return Range(None, bound, False, operator == "<=", span=span)
        return Range(bound, None, operator == ">=", False, span=span)

    # --- arithmetic --------------------------------------------------------------------------------

    def _arithmetic(self, binding: int = 1) -> Node:
        start = self.current.span.start
        left = self._unary()
        while self.at("sign", *_PRECEDENCE) and _PRECEDENCE[self.current.value] >= binding:
            operator = self.advance().value
            right = self._arithmetic(_PRECEDENCE[operator] + 1)
            left = Arithmetic(operator, left, right, span=self.span_from(start))  # type: ignore[arg-type]
        return left

    def _unary(self) -> Node:
        if not self.at("sign", "-"):
            return self._postfix()
        start = self.advance().span.start
        self.enter()
        operand = self._unary()
        self.leave()
        span = self.span_from(start)
        if isinstance(operand, Literal) and operand.kind == "number":
            return Literal("number", NUMBERS.minus(operand.value), span=span)  # type: ignore[arg-type]
        return Negative(operand, span=span)

    def _postfix(self) -> Node:
        start = self.current.span.start
        node = self._primary()
        while True:
            if self.at("sign", ".") and self.peek().kind in ("name", "keyword"):
                self.advance()
                name = self.property_name()
                node = Path(node, field_named(self.row_fields(node), name) or name, span=self.span_from(start))
            elif self.at("sign", "[") and self.filter_follows():
                self.advance()
                with self.row_scope(self.row_fields(node)):
                    condition = self.expression()
                self.expect("sign", "]")
                node = Filter(node, condition, span=self.span_from(start))
            elif self.at("sign", "("):
                node = self.invocation(node, start)
            else:
                return node

    def filter_follows(self) -> bool:
        """A hook: in FEEL `[` may also end an open range."""
        return True

    # --- primaries ---------------------------------------------------------------------------------

    def _primary(self) -> Node:
        token = self.current
        if token.kind == "number":
            self.advance()
            return Literal("number", self._number(token.value, token.span), span=token.span)
        if token.kind == "text":
            self.advance()
            return Literal("text", token.value, span=token.span)
        if token.kind in ("name", "quoted"):
            return self.name()
        if token.kind == "keyword":
            return self._keyword()
        if token.kind == "sign":
            if token.value == "(":
                return self._parenthesised()
            if token.value == "[":
                return self._list_or_range()
            if token.value == "@":
                return self.temporal_literal()
        return self.extended_primary()

    def extended_primary(self) -> Node:
        """A hook: FEEL's contexts, function literals and other brackets."""
        self.fail_expected("数值、名称或括号", "a value, a name or a parenthesis")

    def _number(self, text: str, span: Span) -> Decimal:
        try:
            number = NUMBERS.create_decimal(text)
        except ArithmeticError:
            self.fail("number", f"数字 {text} 超出范围", f"number {text} is out of range", span)
        if len(number.as_tuple().digits) >= 34 and number != Decimal(text):
            self.fail("number", f"数字 {text} 超过 34 位", f"number {text} has more than 34 digits", span)
        return number

    def _keyword(self) -> Node:
        token = self.current
        if token.value in ("true", "false"):
            self.advance()
            return Literal("boolean", token.value == "true", span=token.span)
        if token.value == "null":
            self.advance()
            return Literal("null", None, span=token.span)
        if token.value == "not":
            return self._not_call()
        if token.value == "if":
            return self._if()
        if token.value in ("some", "every"):
            return self._quantified()
        if token.value == "for":
            return self._for()
        return self.fail_expected("数值、名称或括号", "a value, a name or a parenthesis")

    def _not_call(self) -> Node:
        start = self.advance().span.start
        self.expect("sign", "(")
        operand = self.expression()
        self.expect("sign", ")")
        return Not(operand, span=self.span_from(start))

    def _parenthesised(self) -> Node:
        opening = self.advance()
        node = self.test(self.expression)
        if self.at("sign", ".."):
            return self._range(node, opening.span.start, low_closed=False)
        self.expect("sign", ")")
        return node

    def _list_or_range(self) -> Node:
        opening = self.advance()
        members: list[Node] = []
        if not self.at("sign", "]"):
            members.append(self.expression())
            if self.at("sign", ".."):
                return self._range(members[0], opening.span.start, low_closed=True)
            while self.take("sign", ","):
                members.append(self.expression())
        self.expect("sign", "]")
        if len(members) > MAX_LIST_MEMBERS:
            zh = f"列表有 {len(members)} 项，最多 {MAX_LIST_MEMBERS} 项"
            en = f"a list of {len(members)} members, at most {MAX_LIST_MEMBERS} are allowed"
            self.report("too-long-list", zh, en, self.span_from(opening.span.start))
        return ListOf(tuple(members), span=self.span_from(opening.span.start))

    def _range(self, low: Node, start: int, *, low_closed: bool) -> Node:
        self.expect("sign", "..")
        high = self.expression()
        if not self.at("sign", ")", "]", "["):
            self.fail_expected("区间的右括号", "the end of the range")
        high_closed = self.advance().value == "]"
        return Range(low, high, low_closed, high_closed, span=self.span_from(start))

    # --- if, some, every, for ----------------------------------------------------------------------

    def _if(self) -> Node:
        start = self.advance().span.start
        condition = self.expression()
        self.expect("keyword", "then")
        then = self.expression()
        self.expect("keyword", "else")
        otherwise = self.expression()
        return If(condition, then, otherwise, span=self.span_from(start))

    def _iterator(self) -> tuple[str, Node, Node | None]:
        variable = self.variable_name()
        self.expect("keyword", "in")
        source = self._arithmetic()
        end = self._arithmetic() if self.take("sign", "..") else None
        return variable, source, end

    def _quantified(self) -> Node:
        """`some a in x, b in y satisfies c` is `some a in x satisfies some b in y satisfies c`."""
        start = self.current.span.start
        return self._quantified_from(self.advance().value, start)

    def _quantified_from(self, kind: str, start: int) -> Node:
        variable, source, _ = self._iterator()
        with self.variable_scope(variable, self.row_fields(source)):
            if self.take("sign", ","):
                condition = self._quantified_from(kind, self.current.span.start)
            else:
                self.expect("keyword", "satisfies")
                condition = self.expression()
        return Quantified(kind, variable, source, condition, span=self.span_from(start))  # type: ignore[arg-type]

    def _for(self) -> Node:
        start = self.advance().span.start
        variable, source, end = self._iterator()
        with self.variable_scope(variable, self.row_fields(source)):
            self.expect("keyword", "return")
            result = self.expression()
        return For(variable, source, result, end, span=self.span_from(start))
