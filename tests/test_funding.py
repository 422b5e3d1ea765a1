"""Funding by headcount, work funds and enrolment: the documents' figures, exactly."""

from __future__ import annotations

import datetime as dt
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_support import RULES, Parts, expected, found, minhang, parse, read, xihu
from mediaid import yamlsource
from mediaid.budget.funding.need import funding_need, split
from mediaid.budget.funding.workfunds import work_fund_lines
from mediaid.engine.verbs.split import split_exactly
from mediaid.faults import Location, MediaidError, PackError
from mediaid.packs.budget.enrolment import Enrolment, Measure, check_enrolment
from mediaid.packs.budget.funding import Funding, check_funding, scheme_on
from mediaid.packs.budget.workfunds import WorkFunds, check_work_funds
from mediaid.packs.checks.datacheck import data_problems
from mediaid.packs.read import read_pack
from mediaid.packs.whole import PackModel

IN_2022, IN_2023 = dt.date(2022, 6, 30), dt.date(2023, 6, 30)
PLANNED = {"town": 29_111, "street": 7_212}
ALL_PROVISIONAL = ("mutual-aid/standard", "mutual-aid/contribution", "mutual-aid/shares")


def test_the_need_for_the_planned_headcounts() -> None:
    need = funding_need(minhang(), "mutual-aid", PLANNED, IN_2023)
    assert need.by_payer == {
        "city": 56_482_265_00,
        "district": 33_848_462_50,
        "town": 22_633_802_50,
    }
    by_component = {
        (payer, component): need.paid_by(payer, component=component)
        for payer in need.by_payer
        for component in ("medical", "care")
    }
    assert by_component == {
        ("city", "medical"): 47_401_515_00,
        ("city", "care"): 9_080_750_00,
        ("district", "medical"): 28_406_587_50,
        ("district", "care"): 5_441_875_00,
        ("town", "medical"): 18_994_927_50,
        ("town", "care"): 3_638_875_00,
    }
    assert need.fiscal == 112_964_530_00
    assert need.participants == 4_721_990_00
    assert {(c.area, c.component): c.fen for c in need.contributions} == {
        ("town", "medical"): 29_111 * 130_00,
        ("town", "care"): 0,
        ("street", "medical"): 7_212 * 130_00,
        ("street", "care"): 0,
    }
    assert need.gross == 117_686_520_00 == 36_323 * 3_240_00
    assert need.by_component == {"medical": 94_803_030_00, "care": 18_161_500_00}


def test_streets_pay_nothing_themselves() -> None:
    need = funding_need(minhang(), "mutual-aid", {"town": 0, "street": 1}, IN_2022)
    assert need.by_payer == {"city": 1_555_00, "district": 1_555_00, "town": 0}


def test_each_area_component_and_payer_is_there() -> None:
    need = funding_need(minhang(), "mutual-aid", {"town": 1, "street": 1}, IN_2022)
    per_head = {(s.area, s.component, s.payer): s.fen for s in need.shares}
    assert per_head == {
        ("town", "medical", "city"): 1_305_00,
        ("town", "medical", "district"): 652_50,
        ("town", "medical", "town"): 652_50,
        ("town", "care", "city"): 250_00,
        ("town", "care", "district"): 125_00,
        ("town", "care", "town"): 125_00,
        ("street", "medical", "city"): 1_305_00,
        ("street", "medical", "district"): 1_305_00,
        ("street", "medical", "town"): 0,
        ("street", "care", "city"): 250_00,
        ("street", "care", "district"): 250_00,
        ("street", "care", "town"): 0,
    }
    assert need.paid_by("city", area="town") == 1_555_00


@pytest.mark.parametrize(
    ("on", "provisional", "source"),
    [
        (dt.date(2022, 1, 1), (), "shybg-2021-21"),
        (dt.date(2022, 12, 31), (), "shybg-2021-21"),
        (dt.date(2023, 1, 1), ALL_PROVISIONAL, "budget-2023"),
        (dt.date(2024, 1, 1), ALL_PROVISIONAL, "budget-2023"),
    ],
)
def test_the_standard_of_2023_is_provisional(
    on: dt.date, provisional: tuple[str, ...], source: str
) -> None:
    need = funding_need(minhang(), "mutual-aid", PLANNED, on)
    assert need.provisional == provisional
    assert source in {cite.source for cite in need.citations}
    assert need.gross == 117_686_520_00


def test_no_whole_headcount_gives_the_published_line() -> None:
    """Every amount per head and payer is a multiple of 2.50 元; the line is not."""
    scheme = scheme_on(minhang().funding["mutual-aid"], IN_2023)
    amounts = [*scheme.standard.values(), *scheme.contribution.values()] + [
        (scheme.standard[component] - scheme.contribution[component]) * share
        for (_area, component), shares in scheme.shares.items()
        for _payer, share in shares
        if share is not None
    ]
    assert all(amount % 250 == 0 for amount in amounts)
    assert 125_937_272_00 % 250 != 0


COUNTS = st.integers(0, 10**8)


@given(town=COUNTS, street=COUNTS)
def test_payers_and_participants_add_up_to_the_standard(town: int, street: int) -> None:
    need = funding_need(minhang(), "mutual-aid", {"town": town, "street": street}, IN_2023)
    assert sum(need.by_payer.values()) == sum(need.by_component.values()) == need.fiscal
    assert need.gross == (town + street) * 3_240_00
    assert need.participants == (town + street) * 130_00


@given(town=COUNTS, street=COUNTS, more=COUNTS)
def test_towns_computed_one_by_one_add_up(town: int, street: int, more: int) -> None:
    one = funding_need(minhang(), "mutual-aid", {"town": town, "street": street}, IN_2023)
    two = funding_need(minhang(), "mutual-aid", {"town": more, "street": 0}, IN_2023)
    both = funding_need(minhang(), "mutual-aid", {"town": town + more, "street": street}, IN_2023)
    assert both.by_payer == {p: one.by_payer[p] + two.by_payer[p] for p in one.by_payer}


@st.composite
def exact_shares(draw: st.DrawFn) -> tuple[tuple[str, Fraction | None], ...]:
    weights = draw(st.lists(st.integers(0, 20), min_size=1, max_size=5).filter(any))
    shares: list[Fraction | None] = [Fraction(w, sum(weights)) for w in weights]
    if draw(st.booleans()):
        shares[draw(st.integers(0, len(shares) - 1))] = None
    return tuple((f"payer-{i}", share) for i, share in enumerate(shares))


@given(total=st.integers(0, 10**10), shares=exact_shares())
def test_a_split_loses_nothing_and_is_the_one_of_the_engine(
    total: int, shares: tuple[tuple[str, Fraction | None], ...]
) -> None:
    parts = split(total, shares)
    assert sum(parts.values()) == total
    assert list(parts) == [payer for payer, _share in shares]
    named = [payer for payer, share in shares if share is not None]
    residual = len(named) < len(shares)
    for payer, share in shares:
        if share is not None:
            exact = total * share
            assert parts[payer] == exact // 1 if residual else abs(parts[payer] - exact) < 1
    if named:  # the engine refuses a split among nobody
        by_engine = split_exactly(np.array([total], dtype=np.int64), shares)
        assert parts == {payer: int(part[0]) for payer, part in by_engine.items()}


@pytest.mark.parametrize(
    ("headcounts", "messages"),
    [
        (
            {"twon": 5, "street": -1},
            [
                "twon: twon is not an area of mutual-aid. Did you mean town?",
                "street: the headcount -1 is negative",
                "town: the headcount is missing: give 0 if nobody is registered there",
            ],
        ),
        (
            {"town": 1.5, "street": True},
            [
                "town: the headcount 1.5 is not a whole number",
                "street: the headcount True is not a whole number",
            ],
        ),
    ],
)
def test_bad_headcounts_are_refused(headcounts: dict[str, int], messages: list[str]) -> None:
    with pytest.raises(MediaidError) as caught:
        funding_need(minhang(), "mutual-aid", headcounts, IN_2023)
    assert [str(fault) for fault in caught.value.faults] == messages


def test_an_unknown_funding_and_an_early_day_are_refused() -> None:
    with pytest.raises(MediaidError, match=r"no funding mutual-ad\. Did you mean mutual-aid\?"):
        funding_need(minhang(), "mutual-ad", PLANNED, IN_2023)
    with pytest.raises(MediaidError, match="mutual-aid/standard has no value on 2021-12-31"):
        funding_need(minhang(), "mutual-aid", PLANNED, dt.date(2021, 12, 31))


# ── work funds ────────────────────────────────────────────────────────────────────────────────


def test_the_work_funds_of_xihu() -> None:
    lines = work_fund_lines(xihu(), IN_2022)
    assert [
        (line.id, line.headcount, line.per_head, line.uncut, line.amount) for line in lines
    ] == [
        ("resident-incentive", 184_700, 2_00, 369_400_00, 360_000_00),
        ("resident-insurance", 184_700, 3_00, 554_100_00, 550_000_00),
        ("employee-insurance", None, None, 200_000_00, 200_000_00),
        ("supplement", None, None, 100_000_00, 100_000_00),
        ("fund-audit", None, None, 140_000_00, 140_000_00),
        ("service-hall", None, None, 150_000_00, 150_000_00),
    ]
    assert sum(line.amount for line in lines) == 1_500_000_00
    assert not any(line.provisional for line in lines)
    assert {line.cite.source for line in lines} == {"budget-2022"}


def test_work_funds_are_carried_forward_and_never_back() -> None:
    assert all(line.provisional for line in work_fund_lines(xihu(), IN_2023))
    with pytest.raises(MediaidError) as caught:
        work_fund_lines(xihu(), dt.date(2021, 12, 31))
    assert len(caught.value.faults) == 6
    assert "work-funds/service-hall has no value on 2021-12-31" in str(caught.value)
    assert work_fund_lines(minhang(), IN_2022) == ()


def test_the_work_funds_are_the_published_projects() -> None:
    published = xihu().published
    assert published is not None
    lines = {line.id: line.amount for line in work_fund_lines(xihu(), IN_2022)}
    figures = published.all_figures
    assert lines == {name: figures[f"projects/{name}/amount"].exact for name in lines}
    assert sum(lines.values()) == figures["by-type/project/amount"].exact


# ── enrolment ─────────────────────────────────────────────────────────────────────────────────

WAN = 10_000_00
BOTH, AT_LEAST, EQUAL = [">", ">="], [">="], ["="]


def test_the_enrolment_standards_of_xihu() -> None:
    schemes = read(Enrolment, "nanchang-xihu/enrolment.yaml").enrolment
    stated = {
        (name, key): (measure.exact(), [s.sign for s in measure.stated])
        for name, scheme in schemes.items()
        for key, measure in scheme.values[0].value
        if isinstance(measure, Measure)
    }
    assert stated == {
        ("residents", "headcount"): (183_690, BOTH),
        ("residents", "individual"): (310_00, AT_LEAST * 2),
        ("residents", "fiscal"): (580_00, AT_LEAST * 2),
        ("residents", "collection"): (14_804 * WAN, BOTH),
        ("residents", "benefits"): (2_460 * WAN, BOTH),
        ("employees", "headcount"): (23_099, AT_LEAST),
        ("employees", "individual"): (Fraction(2, 100), EQUAL),
        ("employees", "employer"): (Fraction(68, 1000), EQUAL),
        ("employees", "collection"): (3_354 * WAN, AT_LEAST),
        ("employees", "benefits"): (4_482 * WAN, AT_LEAST),
        ("supplement", "headcount"): (5_160, AT_LEAST),
        ("supplement", "individual"): (0, EQUAL),
        ("supplement", "employer"): (Fraction(7, 100), EQUAL),
        ("supplement", "collection"): (2_067 * WAN, AT_LEAST),
        ("supplement", "benefits"): (1_399 * WAN, AT_LEAST),
    }
    assert [s.insurance for s in schemes.values()] == ["resident", "employee", None]


# ── bad files ─────────────────────────────────────────────────────────────────────────────────

BAD_PARAMETERS = """\
funding: aid
label: {zh: 甲, en: a}
components:
  medical: {zh: 医疗, en: medical}
  care: {zh: 照护, en: care}
areas:
  town: {zh: 镇, en: town}
payers:
  city: {zh: 市, en: city}
  district: {zh: 区, en: district}
participants: {zh: 个人, en: persons}
parameters:
  standard:
    label: {zh: 标准, en: standard}
    unit: yuan
    by: [component]
    values:
      - from: 2022-01-01
        to: 2022-12-31
        cite: {source: doc, at: 一}
        value: {medical: 2740, care: unlimited}  #! a plain amount in 元 is expected here
      - from: 2022-12-01  #! overlaps the value before it, which holds until 2022-12-31
        to: 2023-12-31
        status: carried
        cite: {source: doc, at: 二}
        value: {medical: 2741, care: 500} #! is marked as carried forward but is not the value \
before it: write that one, or status: confirmed with the document that changed it
  contribution:
    label: {zh: 缴费, en: contribution}
    unit: percent  #! contribution has unit: yuan
    by: [component]
    values:
      - {from: 2022-01-01, cite: {source: doc, at: 一}, value: {medical: 1%, care: 0%}}
  shares:
    label: {zh: 比例, en: shares}
    unit: shares
    by: [area, component]
    values:
      - from: 2022-01-01
        cite: {source: doc, at: 一}
        value:
          town:
            medical: {city: 50%, district: 45%}  #! the shares sum to 95%, not to 100%
            care: {city: 50%, distict: 50%}  #! distict is not among the payers. \
Did you mean district?
          twon: #! twon is not a code of area. Did you mean town?
            medical: {city: 100%}
"""

BAD_FIGURES = """\
funding: aid
label: {zh: 甲, en: a}
components:
  medical: {zh: 医疗, en: medical}
areas:
  town: {zh: 镇, en: town}
payers:
  city: {zh: 市, en: city}
  district: {zh: 区, en: district}
  village: {zh: 村, en: village}  #! village has no share anywhere: give it one or remove it
participants: {zh: 个人, en: persons}
parameters:
  standard:
    label: {zh: 标准, en: standard}
    unit: yuan
    by: [component]
    values:
      - {from: 2022-01-01, to: 2022-12-31, cite: {source: doc, at: 一}, value: {medical: 100}}
      - {from: 2023-01-01, to: 2023-12-31, cite: {source: doc, at: 一}, value: {medical: 20}}
  contribution:
    label: {zh: 缴费, en: contribution}
    unit: yuan
    by: [component]
    values:
      - from: 2022-01-01
        cite: {source: doc, at: 一}
        value: {medical: 30}  #! 30.00 元 is more than the standard of 20.00 元 on 2023-01-01
  shares:
    label: {zh: 比例, en: shares}
    unit: shares
    by: [area, component]
    values:
      - {from: 2022-01-01, cite: {source: doc, at: 一}, value: {town: {medical: {
          city: 1/3, district: residual}}}}
check:
  - on: 2022-01-01
    cite: {source: doc, at: 一}
    standard: 101  #! the components add up to 100.00 元, not to 101.00 元
    per_head:
      town:
        medical:
          city: 23.33  #! the document's 23.33 元 is not the share of 70.00 元, which is 70/3 元
          district: 46  #! the document's 46.00 元 is not the share of 70.00 元, which is 140/3 元
          vilage: 0  #! vilage is not among the payers. Did you mean village?
        medicine: {city: 1}  #! medicine is not among the components. Did you mean medical?
      towns: {medical: {city: 1}}  #! towns is not among the areas. Did you mean town?
  - on: 2021-12-31  #! aid/standard has no value on 2021-12-31
    cite: {source: doc, at: 一}
    standard: 100
    per_head: {}
"""

BAD_WORK_FUNDS = """\
work_funds:
  one:
    label: {zh: 一, en: one}
    values:
      - from: 2022-01-01
        to: 2021-12-31  #! ends on 2021-12-31, before it begins on 2022-01-01
        cite: {source: doc, at: 一}
        value:
          headcount: 184700
          per_head: 2
          product: 369401  #! 184700 × 2.00 元 is 369,400.00 元, not 369,401.00 元
          cut_to: 0  #! an amount cannot be cut to multiples of 0 元
  two:
    label: {zh: 二, en: two}
    values:
      - from: 2022-01-01
        cite: {source: doc, at: 一}
        value: {lump_sum: 5, headcount: 0} #! write either headcount and per_head, or lump_sum alone
  three:
    label: {zh: 三, en: three}
    values:
      - from: 2022-01-01
        cite: {source: doc, at: 一}
        value: {headcount: 5}  #! write either headcount and per_head, or lump_sum alone
"""

BAD_ENROLMENT = """\
enrolment:
  residents:
    label: {zh: 居民, en: residents}
    insurance: residents  #! residents is not a code of insurance. Did you mean resident?
    values:
      - from: 2022-01-01
        cite: {source: doc, at: 一}
        value:  #! give `fiscal` or `employer`: who pays beside the insured person
          headcount:
            amount: 1.5  #! 1.5 is not a number of persons
            unit: person
            stated: [{sign: ">", at: 表}]
          individual:
            amount: 2%
            unit: percent_of_base  #! say under `base` what the percentage is taken of
            stated: [{sign: "=", at: 表}]
          collection:
            amount: 14,804  #! 14,804 has thousands separators: write 14804
            unit: wan_yuan
            stated: [{sign: ">", at: 表}]
          benefits:
            amount: 5
            unit: person  #! benefits is given in yuan / wan_yuan
            stated: [{sign: ">", at: 表}]
"""


def test_bad_parameters_are_all_reported() -> None:
    assert found(Funding, check_funding, BAD_PARAMETERS) == expected(BAD_PARAMETERS)


def test_figures_that_contradict_each_other_are_all_reported() -> None:
    assert found(Funding, check_funding, BAD_FIGURES) == expected(BAD_FIGURES)


def test_bad_work_funds_are_all_reported() -> None:
    assert found(WorkFunds, check_work_funds, BAD_WORK_FUNDS) == expected(BAD_WORK_FUNDS)


def test_bad_enrolment_standards_are_all_reported() -> None:
    def check(enrolment: Enrolment) -> list[tuple[Location, str]]:
        return list(check_enrolment(enrolment, ["resident", "employee"]))

    assert found(Enrolment, check, BAD_ENROLMENT) == expected(BAD_ENROLMENT)


def test_a_changed_per_head_figure_is_named_with_its_column() -> None:
    text = (
        "parameters: {standard: {label: {zh: 一, en: a}, unit: yuan, by: [component], values: [\n"
        "  {from: 2022-01-01, cite: {source: d, at: 一}, value: {medical: 100}}]},\n"
        "  contribution: {label: {zh: 一, en: a}, unit: yuan, by: [component], values: [\n"
        "  {from: 2022-01-01, cite: {source: d, at: 一}, value: {medical: 0}}]},\n"
        "  shares: {label: {zh: 一, en: a}, unit: shares, by: [area, component], values: [\n"
        "  {from: 2022-01-01, cite: {source: d, at: 一},\n"
        "  value: {town: {medical: {city: 100%}}}}]}}\n"
        "funding: aid\n"
        "label: {zh: 一, en: a}\n"
        "components: {medical: {zh: 一, en: a}}\n"
        "areas: {town: {zh: 一, en: a}}\n"
        "payers: {city: {zh: 一, en: a}}\n"
        "participants: {zh: 一, en: a}\n"
        "check: [{on: 2022-01-01, cite: {source: d, at: 一}, standard: 100,\n"
        "  per_head: {town: {medical: {city: 99}}}}]\n"
    )
    source = yamlsource.loads(text, "aid.yaml")
    problems = list(check_funding(Funding.model_validate(source.data)))
    assert [source.where(place) for place, _message in problems] == ["aid.yaml:15:31"]


@pytest.mark.parametrize("name", ["shanghai-minhang", "nanchang-xihu"])
def test_the_shipped_packs_are_sound_and_survive_being_kept(name: str) -> None:
    model = read_pack(RULES / name)
    assert list(data_problems(model)) == []
    kept = model.model_dump_json(by_alias=True, exclude_none=True)
    assert PackModel.model_validate_json(kept) == model


def test_the_loader_gives_each_fault_its_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(RULES / "shanghai-minhang", folder)
    places = set()
    for file, good, bad in [
        ("mutual-aid.yaml", "district: 652.50, town", "district: 652.51, town"),
        ("published.yaml", "{town: headcount-town", "{town: headcount-twon"),
        ("targets.yaml", "kind: cost, ", "kind: costs, "),
        ("facts.yaml", "about: [mutual-aid, targets]", "about: [mutual-aid, tragets]"),
    ]:
        text = (folder / file).read_text(encoding="utf-8")
        line = text[: text.index(good)].count("\n") + 1
        places.add(f"copy/{file}:{line}")
        (folder / file).write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_pack(folder)
    assert {fault.where.rsplit(":", 1)[0] for fault in caught.value.faults} == places


def test_a_share_is_residual_when_written_so() -> None:
    text = BAD_FIGURES.replace("value: {medical: 20}", "value: {medical: 30}")
    funding = parse(Funding, text)
    need = funding_need(Parts(funding={"aid": funding}), "aid", {"town": 1}, IN_2022)
    assert {s.payer: s.fen for s in need.shares} == {"city": 2333, "district": 4667, "village": 0}
