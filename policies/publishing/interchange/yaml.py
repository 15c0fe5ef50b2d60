"""The exchange format: one YAML file a policy. Numbers stay decimal, a key written twice is a problem, not a loss."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from typing import Any

import yaml

from policies.definition import Definition, definition_parse
from policies.definition.plain import Plain
from policies.errors import DefinitionProblems, Problem

SIZE_MAX = 1_000_000  # characters of one file


class _Loader(yaml.SafeLoader):
    """SafeLoader with exact decimals, no silent overwriting, and no aliases (they can refer to themselves)."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, "aliases (*) are not taken", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                twice = f"the key {key!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, twice, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)).replace("_", ""))


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, decimals digit for digit."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(
    Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", _point(value))
)


def _point(value: Decimal) -> str:
    """With a point, so that YAML reads a decimal and not a whole number."""
    text = format(value, "f")
    return text if "." in text else f"{text}.0"


def yaml_read(text: str) -> Plain:
    """Plain data; raises DefinitionProblems naming line and column."""
    if len(text) > SIZE_MAX:
        en = f"is longer than {SIZE_MAX} characters"
        raise DefinitionProblems([Problem("", zh=f"文件超过 {SIZE_MAX} 字符", en=en)])
    try:
        return yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, ArithmeticError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise DefinitionProblems([Problem(place, zh=f"不是合法的 YAML：{what}", en=f"is no YAML: {what}")]) from error


def policy_read(text: str) -> Definition:
    """The definition in one file; raises DefinitionProblems."""
    return definition_parse(yaml_read(text))


def policy_write(definition: Definition) -> str:
    """The canonical file: keys in the order of the format, what stands at its default left out. Reading it gives the
    same definition."""
    return yaml.dump(definition.as_data(), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


def yaml_inline(value: Plain) -> str:
    """Plain data on one line, as for a cell."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=2**31, default_flow_style=True
    )
    return text.removesuffix("\n").removesuffix("\n...")
