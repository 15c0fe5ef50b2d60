"""What stands between a draft and its publication."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from policies.compiled import compile_definition, items_data
from policies.definition import Audience, Definition
from policies.errors import Problem, Severity
from policies.lexicon import ACCEPTING_AREA, Lexicon
from policies.publishing.examples import example_problems
from policies.rules import CompiledAmount, Rule, RuleProblems, compile_amount, compile_rule, findings
from policies.rules import Problem as RuleProblem

# 公平竞争审查条例 took effect: what is issued from then on needs a passed review.
FAIR_COMPETITION_SINCE = date(2024, 8, 1)
ParametersAsOf = Callable[[date], Mapping[str, object]]


def definition_problems(
    definition: Definition, lexicon: Lexicon, parameters_as_of: ParametersAsOf
) -> tuple[Problem, ...]:
    """Everything that is wrong or doubtful; a problem of severity ERROR stops the publication.

    Examples run only once all expressions compile.
    """
    problems = [
        *_document_problems(definition),
        *_name_problems(definition, lexicon),
        *_exclusion_problems(definition),
    ]
    rule_problems = list(_expression_problems(definition, lexicon))
    problems += rule_problems
    if not any(problem.severity is Severity.ERROR for problem in rule_problems) and definition.area in lexicon.areas:
        problems += example_problems(definition, compile_definition(definition, lexicon), parameters_as_of)
    return tuple(dict.fromkeys(problems))  # a table that two expressions use says its problems twice


def _document_problems(definition: Definition) -> Iterator[Problem]:
    document = definition.document
    if not document.title:
        yield Problem("document.title", zh="缺少文件名称", en="is missing: name the document")
    if not document.issued_by:
        yield Problem("document.issued_by", zh="缺少发文机关", en="is missing: name the issuer")
    # Where the day of issue is not printed, the first day in force stands for it.
    issued = document.issued_on or definition.in_force.since
    review = definition.fair_competition_review
    if issued is not None and issued >= FAIR_COMPETITION_SINCE and (review is None or review.result == "failed"):
        yield Problem(
            "fair_competition_review",
            zh=f"{FAIR_COMPETITION_SINCE} 起印发的文件须先通过公平竞争审查",
            en=f"must be passed: the document is of {FAIR_COMPETITION_SINCE} or later",
        )
    if not definition.examples:
        yield Problem("examples", zh="没有示例", en="has none", severity=Severity.WARNING)


def _name_problems(definition: Definition, lexicon: Lexicon) -> Iterator[Problem]:
    """Names that refer to nothing."""
    if definition.area not in lexicon.areas:
        yield Problem("area", zh=f"区划表中没有 {definition.area}", en=f"{definition.area} is no division of the table")
    elif ACCEPTING_AREA not in lexicon.vocabulary and lexicon.area_rule(definition.area):
        yield Problem("area", zh=f"词表缺少 {ACCEPTING_AREA}", en=f"the vocabulary lacks {ACCEPTING_AREA}")
    for number, material in enumerate(definition.materials, start=1):
        if material.source is not None and material.source not in lexicon.sources:
            place = f"materials.{number}.from"
            yield Problem(place, zh=f"没有数据源 {material.source}", en=f"{material.source} is no data source")
    if definition.once_per is not None and definition.once_per not in lexicon.vocabulary:
        yield Problem("once_per", zh="应为一个数据项", en=f"{definition.once_per} is no fact of the vocabulary")


def _exclusion_problems(definition: Definition) -> Iterator[Problem]:
    """Rules whose holder no claim would have: they would bar nobody, or everybody."""
    for number, exclusion in enumerate(definition.exclusions, start=1):
        place, per = f"exclusions.{number}.per", exclusion.per
        if per in ("item", "project") and definition.items is None:
            yield Problem(
                place,
                zh=f"按 {per} 排除须有 items：请写明按什么计数，或改为 beneficiary",
                en=f"{per} needs `items`: say what is counted, or exclude per beneficiary",
            )
        if per == "household" and definition.audience is not Audience.PERSON:
            yield Problem(
                place,
                zh="企业没有户号：household 只用于个人政策",
                en="household is for persons only: an enterprise has no household number",
            )


def _expression_problems(definition: Definition, lexicon: Lexicon) -> Iterator[Problem]:
    tables, items = definition.tables or None, items_data(definition)

    def rule(place: str, text: str) -> Iterator[Problem]:
        return _problems_of(place, lambda: compile_rule(text, lexicon.vocabulary, tables=tables, items=items))

    def amount(place: str, text: str) -> Iterator[Problem]:
        return _problems_of(place, lambda: compile_amount(text, lexicon.vocabulary, tables=tables, items=items))

    yield from rule("eligibility", definition.eligibility)
    if definition.amount is not None:
        yield from amount("amount", definition.amount)
    if definition.pool is not None:
        yield from amount("pool.total", definition.pool.total)
        yield from amount("pool.weight", definition.pool.weight)
    for number, instalment in enumerate(definition.instalments, start=1):
        if instalment.condition is not None:
            yield from rule(f"instalments.{number}.if", instalment.condition)
        if instalment.schedule is not None:
            yield from rule(f"instalments.{number}.when", instalment.schedule)


def _problems_of(place: str, compiled: Callable[[], Rule | CompiledAmount]) -> Iterator[Problem]:
    """What does not compile; of what does, all that nobody can have meant."""
    try:
        found = findings(compiled())
    except RuleProblems as error:
        found = error.problems
    yield from (_placed(place, problem) for problem in found)


def _placed(place: str, problem: RuleProblem) -> Problem:
    """The language's problem at its place in the file."""
    own = problem.part in ("", "rule")
    part = "items.where" if problem.part == "where" else problem.part.replace("[", ".").replace("]", "")
    line = f"{problem.line}:{problem.column} "
    hint_zh = f"（{problem.hint_zh}）" if problem.hint_zh else ""
    hint_en = f" ({problem.hint_en})" if problem.hint_en else ""
    return Problem(
        place if own else part,
        zh=f"{line}{problem.zh}{hint_zh}",
        en=f"{line}{problem.en}{hint_en}",
        severity=Severity.ERROR if problem.severity == "error" else Severity.WARNING,
    )
