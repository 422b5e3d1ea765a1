"""Published figures, targets and facts of both documents: as printed, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_support import (
    Parts,
    expected,
    found,
    minhang,
    published_of,
    read,
    with_figure,
    xihu,
)
from mediaid import yamlsource
from mediaid.budget.reconcile.compare import Compared, compare
from mediaid.faults import Location, MediaidError
from mediaid.packs.budget.facts import Facts, check_facts
from mediaid.packs.budget.figures import decimals, round_half_up
from mediaid.packs.budget.funding import Funding
from mediaid.packs.budget.published import Published
from mediaid.packs.budget.publishedcheck import check_published
from mediaid.packs.budget.targets import Targets, check_targets

DOCUMENTS = {"minhang": minhang, "xihu": xihu}
both = pytest.mark.parametrize("load", DOCUMENTS.values(), ids=DOCUMENTS.keys())


def differences(parts: Parts) -> dict[str, Fraction]:
    return {c.comparison.id: c.difference for c in compare(parts) if c.verdict != "agrees"}


# ── the documents ─────────────────────────────────────────────────────────────────────────────


def test_every_table_of_minhang_foots() -> None:
    footings = [c for c in compare(minhang()) if c.comparison.id.endswith(("/rows", "/columns"))]
    assert len(footings) > 150
    assert [c.comparison.id for c in footings if c.difference] == []


def test_the_narrative_items_add_up_to_the_printed_total() -> None:
    compared = {c.comparison.id: c for c in compare(minhang())}
    narrative = compared["narrative/total/total/rows"]
    assert len(narrative.comparison.inputs) == 15
    assert narrative.stated == narrative.computed == Fraction("15422.71")


def test_the_differences_of_minhang_in_the_unit_stated() -> None:
    assert differences(minhang()) == {
        "narrative-by-table-3/210-13-99/total": Fraction("-0.0072"),  # 12,593.72 万, 125,937,272 元
        "narrative-by-table-3/210-15-01/total": Fraction("-0.0056"),  # 310.09 万, 3,100,956 元
        "mutual-aid-text-by-narrative": Fraction("0.01"),  # 12,593.73 万, 12,593.72 万
        "medical-aid-sheet-by-table": -8610,  # 4,120,000, 4,128,610
        "mutual-aid-fiscal-need": 12_972_742,
        "mutual-aid-gross-need": 8_250_752,
        "mutual-aid-district-need": Fraction("92088809.50"),
        "mutual-aid-district-town-need": 69_455_007,
        "satisfaction-in-text": 5,  # at least 95%, at least 90%
    }


def test_the_differences_of_xihu_in_the_unit_stated() -> None:
    hundredth = Fraction("0.01")
    assert differences(xihu()) == {
        "by-type/basic/amount/rows": hundredth,  # 457.94, 457.93
        "fiscal-by-type/basic/amount/rows": hundredth,
        "bureau-by-type/basic/amount/rows": hundredth,
        "basic-by-function": -hundredth,  # 457.94, 457.95
        "by-function/210-15/amount/rows": -hundredth,  # 578.48, 578.49
        "by-class/total/amount/rows": hundredth,  # 607.94, 607.93
        "fiscal-by-class/total/amount/rows": hundredth,
        "by-class/total/increase/rows": Fraction("0.012"),  # 272.7, 272.688
        "fiscal-by-class/total/increase/rows": Fraction("0.012"),
        "growth-of-procurement": -hundredth,  # 13.37%, 13.38%
        "basic-increase-by-parts": Fraction("8.012"),  # 222.92, 214.908
        "goods-increase-by-parts": 8,  # 64.53, 6.75 + 49.78
        "projects-in-glossary": -1,  # five, six
        "coverage-in-both-sheets": -3,  # at least 95%, at least 98%
        "collection-by-premium": Fraction("-1544.41"),  # 14,804, 183,690 × 890 元
        "target-against-2020": -1010,  # 183,690, 184,700
        "streets-counted": 2,  # twelve, ten
    }


@pytest.mark.parametrize(
    ("load", "ref", "value", "unit"),
    [
        (minhang, "expenditure/total/total", "154227143.00", "元"),
        (minhang, "expenditure/total/basic", "17411109.00", "元"),
        (minhang, "expenditure/total/project", "136816034.00", "元"),
        (minhang, "expenditure/208-30-99/project", "284201.00", "元"),
        (minhang, "income/210-13/fiscal", "130065882.00", "元"),
        (minhang, "general-public/210-13-01/total", "4128610.00", "元"),
        (minhang, "economic/302-99/running", "17400.00", "元"),
        (minhang, "three-public/budget/running", "190.54", "万元"),
        (minhang, "narrative/210-13-99/total", "12593.72", "万元"),
        (minhang, "mutual-aid-text", "12593.73", "万元"),
        (minhang, "mutual-aid-sheet", "125937272.00", "元"),
        (minhang, "headcount-town", "29111", "人"),
        (minhang, "headcount-street", "7212", "人"),
        (xihu, "by-type/total/amount", "607.94", "万元"),
        (xihu, "by-class/persons/increase", "-0.052", "万元"),
        (xihu, "by-function/210-15-99/amount", "330.04", "万元"),
        (xihu, "procurement/printing/quantity", "1", "个"),
        (xihu, "insured-2020", "18.47", "万人"),
        (xihu, "insurance-product", "55.41", "万元"),
        (xihu, "procurement-growth", "13.37", "%"),
    ],
)
def test_figures_stand_as_printed(
    load: Callable[[], Parts], ref: str, value: str, unit: str
) -> None:
    figure = published_of(load()).all_figures[ref]
    assert (figure.value, figure.unit) == (value, unit)


def test_the_budget_of_minhang_by_line() -> None:
    figures = published_of(minhang()).all_figures
    rows = published_of(minhang()).tables["expenditure"].rows
    leaves = {code: figures[f"expenditure/{code}/total"].exact for code in rows if len(code) == 9}
    assert leaves == {
        "208-01-09": 9_175_378_00,
        "208-05-05": 803_594_00,
        "208-05-06": 401_817_00,
        "208-30-99": 284_201_00,
        "210-11-01": 527_363_00,
        "210-11-03": 476_233_00,
        "210-13-01": 4_128_610_00,
        "210-13-99": 125_937_272_00,
        "210-15-01": 3_100_956_00,
        "210-15-02": 30_000_00,
        "210-15-04": 2_796_600_00,
        "210-15-05": 400_000_00,
        "210-15-06": 3_197_351_00,
        "221-02-01": 1_375_368_00,
        "221-02-03": 1_592_400_00,
    }
    assert sum(leaves.values()) == 154_227_143_00


@both
def test_every_difference_is_explained_and_every_explanation_needed(
    load: Callable[[], Parts],
) -> None:
    compared = compare(load())
    assert [c.comparison.id for c in compared if not c.as_known] == []
    assert {c.comparison.id for c in compared if c.known} == set(published_of(load()).known)


@both
def test_rounding_alone_explains_what_is_called_rounding(load: Callable[[], Parts]) -> None:
    """A sum may be off by the decimals left out; nothing else counts as rounding."""
    for c in compare(load()):
        if c.known and c.known.kind == "unexplained":
            assert c.verdict == "differs", c.comparison.id
        if c.verdict == "rounding":
            assert abs(c.difference) <= Fraction("0.02"), c.comparison.id


@both
def test_no_published_figure_stands_alone(load: Callable[[], Parts]) -> None:
    parts = load()
    compared = {ref for c in compare(parts) for ref in (c.comparison.stated, *c.comparison.inputs)}
    assert set(published_of(parts).all_figures) - compared == set()


SHIPPED = {name: load() for name, load in DOCUMENTS.items()}
AS_SHIPPED = {
    name: {c.comparison.id: (c.difference, c.verdict) for c in compare(parts)}
    for name, parts in SHIPPED.items()
}
EVERY_FIGURE = [(name, ref) for name in SHIPPED for ref in published_of(SHIPPED[name]).all_figures]


@given(where=st.sampled_from(EVERY_FIGURE), more=st.integers(-(10**6), 10**6).filter(bool))
def test_any_changed_figure_is_found(where: tuple[str, str], more: int) -> None:
    name, ref = where
    figure = published_of(SHIPPED[name]).all_figures[ref]
    places = decimals(figure.value)
    changed = Fraction(figure.value) + Fraction(more, 10**places)
    text = f"{float(changed):.{places}f}"
    assert Fraction(text) == changed
    after = compare(with_figure(SHIPPED[name], ref, text))
    moved = [c for c in after if AS_SHIPPED[name][c.comparison.id] != (c.difference, c.verdict)]
    assert [c for c in moved if not c.as_known]
    assert all(ref in (c.comparison.stated, *c.comparison.inputs) for c in moved)


def test_a_changed_figure_is_reported_as_new() -> None:
    parts = with_figure(minhang(), "expenditure/210-13-01/total", "4120000.00")
    unknown = {c.comparison.id: c.difference for c in compare(parts) if not c.as_known}
    assert unknown["expenditure/210-13/total/rows"] == 8610
    assert unknown["expenditure/210-13-01/total/columns"] == -8610


@given(value=st.fractions(-(10**6), 10**6), places=st.integers(0, 4))
def test_rounding_is_half_up_by_size(value: Fraction, places: int) -> None:
    rounded = round_half_up(value, places)
    assert (rounded * 10**places).denominator == 1
    assert abs(rounded - value) * 10**places <= Fraction(1, 2)
    assert round_half_up(-value, places) == -rounded
    assert round_half_up(Fraction(5, 10 ** (places + 1)), places) == Fraction(1, 10**places)


def test_a_pack_without_figures_is_refused() -> None:
    with pytest.raises(MediaidError, match="the pack has no published figures"):
        compare(Parts())


# ── verdicts ──────────────────────────────────────────────────────────────────────────────────

SMALL = """\
published: small
label: {zh: 小, en: small}
cite: {source: doc, at: 一}
figures:
  third: {label: {zh: 甲, en: a}, value: 0.33, unit: 万元, at: 一}
  whole: {label: {zh: 乙, en: b}, value: 1.00, unit: 万元, at: 一}
  exact: {label: {zh: 丙, en: c}, value: 10000.00, unit: 元, at: 一}
  percent: {label: {zh: 丁, en: d}, value: 33, unit: "%", at: 一}
  none: {label: {zh: 戊, en: e}, value: 0, unit: 万元, at: 一}
relations:
  three-thirds: {sum: {whole: whole, parts: [third, third, third]}}
  two-thirds: {sum: {whole: whole, parts: [third, third]}}
  exact-yuan: {sum: {whole: exact, parts: [exact, none], less: [none]}}
  a-third: {share: {percent: percent, part: third, of: whole}}
  of-nothing: {share: {percent: percent, part: third, of: none}}
  grown: {growth: {percent: percent, now: whole, increase: third}}
  floor: {at_least: {figure: exact, floor: third}}
  too-low: {at_least: {figure: third, floor: exact}}
"""


def test_verdicts() -> None:
    parts = Parts(published=Published.model_validate(yamlsource.loads(SMALL, "small").data))
    compared: dict[str, Compared] = {c.comparison.id: c for c in compare(parts)}
    assert {name: (c.verdict, c.difference) for name, c in compared.items()} == {
        "three-thirds": ("rounding", Fraction("0.01")),
        "two-thirds": ("differs", Fraction("0.34")),
        "exact-yuan": ("agrees", 0),
        "a-third": ("agrees", 0),
        "of-nothing": ("differs", 33),
        "grown": ("differs", -16),
        "floor": ("agrees", 6700),
        "too-low": ("differs", Fraction("-0.67")),
    }


# ── targets and facts ─────────────────────────────────────────────────────────────────────────


def indicators(targets: Targets, project: str) -> dict[str, tuple[str | None, str | None]]:
    sheet = targets.projects[project].indicators
    return {name: (t.sign, t.value) for name, t in sheet.items() if t.value is not None}


def test_the_targets_of_minhang() -> None:
    targets = read(Targets, "shanghai-minhang/targets.yaml")
    mutual = indicators(targets, "mutual-aid")
    hundred = {
        name
        for name, (sign, value) in mutual.items()
        if (sign, value and float(value)) == ("=", 100)
    }
    assert hundred == {
        "cards-issued",
        "reimbursed-of-due",
        "registered-online",
        "cards-accurate",
        "reimbursed-accurately",
        "registered-accurately",
        "complaints-handled",
        "hardship-relieved",
    }
    assert {name: mutual[name] for name in mutual.keys() - hundred} == {
        "headcount-town": ("=", "29111"),
        "headcount-street": ("=", "7212"),
        "satisfaction": (">=", "90"),
        "complaints": ("<", "0.05"),
    }
    qualities = [t for t in targets.projects["mutual-aid"].indicators.values() if t.quality]
    assert [t.kind for t in qualities].count("time") == 3
    aid = indicators(targets, "medical-aid")
    assert aid.pop("satisfaction") == (">=", "95")
    assert set(aid) == {
        "aided-of-entitled",
        "accuracy",
        "eligibility",
        "paid-on-time",
        "paid-in-full",
        "complaints-handled",
    }
    assert {(sign, Fraction(value or 0)) for sign, value in aid.values()} == {("=", Fraction(100))}
    measured = {t.measured_by for p in targets.projects.values() for t in p.indicators.values()} - {
        None
    }
    assert measured == {"headcount", "paid-on-time", "paid-of-due", "accuracy"}


def test_the_targets_of_minhang_are_the_published_figures() -> None:
    targets = read(Targets, "shanghai-minhang/targets.yaml").projects
    figures = published_of(minhang()).all_figures
    assert targets["mutual-aid"].amount == figures["mutual-aid-sheet"].value
    assert targets["medical-aid"].amount == figures["medical-aid-sheet"].value
    mutual, aid = targets["mutual-aid"].indicators, targets["medical-aid"].indicators
    for name in ("headcount-town", "headcount-street"):
        assert mutual[name].value == figures[name].value
    assert mutual["satisfaction"].value == figures["satisfaction-sheet"].value
    assert aid["satisfaction"].value == figures["medical-aid-satisfaction-sheet"].value


def test_the_targets_of_xihu() -> None:
    targets = read(Targets, "nanchang-xihu/targets.yaml")
    names = list(targets.projects)
    assert [len(p.indicators) for p in targets.projects.values()] == [18, 18, 18, 18, 14, 14]

    def row(name: str) -> list[tuple[str | None, str | None]]:
        return [indicators(targets, p)[name] for p in names if name in indicators(targets, p)]

    assert row("headcount") == [(">", "183690"), (">=", "183690"), (">=", "23099"), (">=", "5160")]
    assert row("collection") == [(">", "14804"), (">=", "14804"), (">=", "3354"), (">=", "2067")]
    assert row("benefits") == [(">", "2460"), (">=", "2460"), (">=", "4482"), (">=", "1399")]
    assert row("individual") == [(">=", "310")] * 2
    assert row("fiscal") == [(">=", "580")] * 2
    assert row("individual-rate") == [("=", "2"), ("=", "0")]
    assert row("employer-rate") == [("=", "6.8"), ("=", "7")]
    assert row("coverage") == [(">=", "98"), (">=", "95"), ("=", "100"), ("=", "100")]
    costs = ["36", "55", "20", "10", "14", "15"]
    assert row("cost") == list(zip(["<="] * 4 + ["="] * 2, costs, strict=True))
    assert [p.amount for p in targets.projects.values()] == costs
    assert row("satisfaction") == [(">=", "95")] * 4 + [("=", "95")] * 2
    assert row("publicity") == [("=", "100")] * 5 + [("=", "98")]
    assert row("enrolment-change") == [("<=", "10")] * 4
    assert row("staff") == [("=", "6"), ("=", "4")]
    assert row("campaigns") == [("=", "3")]
    assert row("training") == [("=", "2")]
    assert row("penalties-recovered") == [(None, "100")]


def test_the_facts_an_office_looks_up() -> None:
    minhang_facts = read(Facts, "shanghai-minhang/facts.yaml").facts
    window = minhang_facts["mutual-aid-enrolment"].window
    assert window is not None
    assert (window.from_, window.to) == ("10-08", "12-20")
    flows = {name: f.flow for name, f in minhang_facts.items() if f.flow}
    assert {name: (f.every, f.until) for name, f in flows.items()} == {
        "aid-district-advances": ("in_year", None),
        "aid-settled-after-the-year": ("after_year", "03-31"),
        "mutual-aid-monthly": ("month", None),
        "mutual-aid-quarterly": ("quarter", None),
    }
    assert minhang_facts["aid-no-payer-split"].says == "nothing"
    xihu_facts = read(Facts, "nanchang-xihu/facts.yaml").facts
    assert len(xihu_facts["reimbursement-papers"].items) == 3
    assert xihu_facts["difficult-groups-no-rates"].says == "nothing"


# ── bad files ─────────────────────────────────────────────────────────────────────────────────

BAD_PUBLISHED = """\
published: bad
label: {zh: 坏, en: bad}
cite: {source: doc, at: 一}
headings:
  total: {zh: 合计, en: total}
  208: {zh: 类, en: class}
tables:
  income:
    label: {zh: 收入, en: income}
    at: 表1
    unit: 元
    columns: {total: {zh: 合计, en: total}, fiscal: {zh: 财政, en: fiscal}}
    column_sums:
      total: [fiscl] #! fiscl is not among the columns. Did you mean fiscal?
    foots: [rows]
    rows:
      208: [1.00, 1.00]
      20801: [1.00, 1.00]  #! 20801 is not among the headings. Did you mean 208?
      total: [2.00]  #! 1 figures for 2 columns
figures:
  people: {label: {zh: 人, en: people}, value: 5, unit: 人, at: 一}
relations:
  nothing: {note: {zh: 空, en: none}}  #! a relation has exactly one of: \
equal, sum, product, share, growth, at_least, same, need, rule
  twice: {equal: [people, people], sum: {whole: people, parts: [people]}} #! a relation has \
exactly one of: equal, sum, product, share, growth, at_least, same, need, rule
  misspelt: {equal: [people, peple]}  #! peple is not among the figures. Did you mean people?
  persons-and-money: {equal: [people, income/208/total]}  #! 人, 分 cannot be compared
  tables: {same: {tables: [income, incom]}}  #! incom is not among the tables. Did you mean income?
  no-funding:
    need:
      stated: income/208/total
      funding: mutual  #! mutual is not among the fundings. Did you mean mutual-aid?
      on: 2023-01-01
      headcounts: {}
  need:
    need:  #! part: payers and the list of payers belong together
      stated: income/208/total
      funding: mutual-aid
      on: 2023-01-01
      headcounts:  #! no headcount for area town
        twon: people  #! twon is not among the areas. Did you mean town?
        street: people
      payers: [citty]  #! citty is not among the payers. Did you mean city?
known:
  misspeld:  #! misspeld is not among the comparisons. Did you mean misspelt?
    difference: 1
    kind: rounding
    note: {zh: 一, en: one}
"""

BAD_TARGETS = """\
targets: bad
label: {zh: 坏, en: bad}
groups: {output: {zh: 产出, en: output}}
kinds: {quantity: {zh: 数量, en: quantity}}
projects:
  one:
    label: {zh: 一, en: one}
    cite: {source: doc, at: 一}
    amount: 1
    indicators:
      a: {group: output, kind: quantity, label: {zh: 甲, en: a}}  #! give either value and unit, \
or quality
      b: {group: output, kind: quantity, label: {zh: 乙, en: b}, value: 1} #! a value needs its unit
      c:
        group: outputs  #! outputs is not among the groups. Did you mean output?
        kind: quality  #! quality is not among the kinds. Did you mean quantity?
        label: {zh: 丙, en: c}
        value: 1
        unit: 人
      d:  #! measured_by: headcount and area belong together
        {group: output, kind: quantity, label: {zh: 丁, en: d}, value: 1, unit: 人, area: town}
      e:  #! a quality has no sign and no unit and cannot be measured
        {group: output, kind: quantity, sign: ">", label: {zh: 戊, en: e},
         quality: {zh: 好, en: good}}
"""

BAD_FACTS = """\
facts:
  one:
    about: [medical-ad]  #! medical-ad is no benefit or funding of this pack, nor one of: budget, \
enrolment, targets, work-funds. Did you mean medical-aid?
    text: {zh: 一, en: one}
    cite: {source: doc, at: 一}
"""


def test_bad_published_figures_are_all_reported() -> None:
    funding = read(Funding, "shanghai-minhang/mutual-aid.yaml")

    def check(published: Published) -> list[tuple[Location, str]]:
        areas, payers = {"mutual-aid": funding.areas}, {"mutual-aid": funding.payers}
        return list(check_published(published, areas, payers))

    assert found(Published, check, BAD_PUBLISHED) == expected(BAD_PUBLISHED)


def test_bad_targets_are_all_reported() -> None:
    assert found(Targets, check_targets, BAD_TARGETS) == expected(BAD_TARGETS)


def test_bad_facts_are_all_reported() -> None:
    def check(facts: Facts) -> list[tuple[Location, str]]:
        return list(check_facts(facts, ["medical-aid"]))

    assert found(Facts, check, BAD_FACTS) == expected(BAD_FACTS)


@pytest.mark.parametrize("value", ["1,000", "5%", "1.23456", "", "十", "1e5", "１"])
def test_a_figure_is_written_plainly(value: str) -> None:
    text = SMALL.replace("value: 0.33", f'value: "{value}"')
    with pytest.raises(ValueError, match="is not a figure: write digits"):
        Published.model_validate(yamlsource.loads(text, "small").data)


@pytest.mark.parametrize("day", ["10-8", "13-01", "02-30", "2023-10-08", "00-10"])
def test_a_day_of_every_year(day: str) -> None:
    text = BAD_FACTS.rstrip() + f"\n    window: {{from: {day}, to: 12-20}}\n"
    with pytest.raises(ValueError, match=f"{day} is not a day of every year"):
        Facts.model_validate(yamlsource.loads(text, "bad.yaml").data)
