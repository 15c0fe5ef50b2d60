"""Policies as DMN models: ours come back whole, edits of a tool take effect, foreign models change a draft."""

from pathlib import Path

import pytest
from django.conf import settings
from lxml import etree

from enterprises.vocabulary import reference_table, source_definitions, vocabulary
from policies.errors import DefinitionProblems
from policies.lexicon import Lexicon
from policies.parameters import parameter_parse
from policies.publishing.interchange.dmn import dmn_read, dmn_write
from policies.publishing.interchange.yaml import policy_read, yaml_read
from policies.rules import FactType, compile_amount
from tests.policies.definitions import definition
from tests.policies.lexicon import LEXICON

FIXTURES = Path(settings.FIXTURES)
FILES = sorted((FIXTURES / "policies").glob("*.yaml"))
RATES = {"rates": [{"when": ["medium", "small", "micro"], "give": 3}, {"when": "large", "give": "rd_expense / 100"}]}
TABLED = definition(amount="lookup(msme_size, rates) * insured_headcount", tables=RATES)


def store() -> Lexicon:
    """The store's words without a database."""
    entries = yaml_read((FIXTURES / "parameters.yaml").read_text(encoding="utf-8"))
    parameters = {
        code: FactType(parameter_parse(code, entry).kind, unit=entry.get("unit"), parameter=True)
        for code, entry in entries.items()
    }
    areas = {code: row["parent"] for code, row in reference_table("divisions")["codes"].items()}
    return Lexicon({**vocabulary(), **parameters}, areas, frozenset(source_definitions()))


def test_all_sample_policies_survive_the_model() -> None:
    lexicon = store()
    for path in FILES:
        policy = policy_read(path.read_text(encoding="utf-8"))
        assert dmn_read(dmn_write(policy, lexicon), lexicon) == policy


def test_a_table_is_a_decision_table_with_unary_tests() -> None:
    tiers = [{"below": 10, "give": 1}, {"from": 10, "up_to": 20, "give": 2}, {"when": "not(30)", "give": 3}]
    policy = definition(amount="tiers(insured_headcount, t)", tables={"t": {"hit": "UNIQUE", "rows": tiers}})
    model = etree.fromstring(dmn_write(policy, LEXICON))
    table = model.find(".//{*}decisionTable")
    assert table is not None and table.get("hitPolicy") == "UNIQUE"
    assert [cell.findtext("{*}text") for cell in table.iter("{*}inputEntry")] == ["< 10", "[10..20]", "not(30)"]
    assert [one.get("name") for one in model.iter("{*}inputData")] == ["insured_headcount"]


def test_what_a_tool_edits_takes_effect() -> None:
    written = dmn_write(TABLED, LEXICON).decode()
    edited = written.replace("insured_headcount &gt;= 30</", "insured_headcount &gt;= 50</").replace(
        '"medium", "small", "micro"', '"small", "micro"'
    )
    policy = dmn_read(edited.encode(), LEXICON)
    assert policy.eligibility == "insured_headcount >= 50" and policy.amount == TABLED.amount
    compiled = compile_amount(str(policy.amount), LEXICON.vocabulary, tables=policy.tables)
    sums = {
        size: compiled.evaluate({"msme_size": size, "insured_headcount": 10, "rd_expense": 100}).fen
        for size in ("small", "medium", "large")
    }
    assert sums == {"small": 3000, "medium": 0, "large": 1000}


def test_a_foreign_model_changes_the_draft_that_is_named() -> None:
    foreign = """<definitions xmlns="http://www.omg.org/spec/DMN/20180521/MODEL/" name="x" namespace="x">
      <decision id="d1" name="eligibility"><literalExpression><text>insured_headcount &gt; 5</text></literalExpression>
      </decision></definitions>"""
    with pytest.raises(DefinitionProblems, match="carries no policy"):
        dmn_read(foreign.encode(), LEXICON)
    assert dmn_read(foreign.encode(), LEXICON, TABLED).eligibility == "insured_headcount > 5"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<definitions/>",
        b'<html xmlns="http://www.w3.org/1999/xhtml"/>',
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">&x;</definitions>',
    ],
)
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(DefinitionProblems):
        dmn_read(content, LEXICON)
