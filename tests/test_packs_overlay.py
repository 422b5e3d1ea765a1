"""Overlays: what they change, what they make drafts of, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaid.faults import PackError
from mediaid.packs.load import load_pack
from pack_support import copy_of_good, dated, note


@pytest.fixture(autouse=True)
def _kept(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packs that are kept by this run alone: each is read once."""
    monkeypatch.setenv("MEDIAID_CACHE", str(tmp_path_factory.getbasetemp() / "packs"))


@pytest.fixture
def city(tmp_path: Path) -> Path:
    return copy_of_good(tmp_path)


def overlay(city: Path, *changes: str, pack: str = "river-city", base: str | None = None) -> Path:
    """Write an overlay file with changes, each as YAML in one line."""
    path = city.parent / "next.yaml"
    lines = [f"  - {{{change}}}" for change in changes]
    path.write_text(
        "\n".join(
            [
                "overlay: next",
                "label: {zh: 明年草案, en: draft of next year}",
                f"base: {{pack: {pack}, hash: '{base or load_pack(city).hash}'}}",
                "changes:",
                *lines,
                "",
            ]
        ),
        encoding="utf-8",
    )
    return path


def faults(city: Path, *changes: str, **options: str) -> list[str]:
    with pytest.raises(PackError) as caught:
        load_pack(city, overlay=overlay(city, *changes, **options))
    return [str(f).removeprefix(f"{city.parent}/") for f in caught.value.faults]


def test_an_overlay_makes_drafts_that_say_so(city: Path) -> None:
    base = load_pack(city)
    pack = load_pack(city, overlay=overlay(city, "at: aid/cap/at/low_income, value: 60000"))
    value = dated(pack, "aid", "cap")
    assert (value.value, value.status) == ({"dibao": "unlimited", "low_income": "60000"}, "draft")
    assert note(value)[0] == "overlay next: draft of next year (low income)"
    assert pack.overlay == "next"
    assert pack.base_hash == base.hash != pack.hash


def test_a_document_replaces_the_old_one_only_where_all_is_new(city: Path) -> None:
    new = "at: sources/new, value: {number: 江府〔2026〕9号, topic: {zh: 新办法, en: new}}"
    cite = "cite: {source: new, at: 第一条, note: {zh: 新, en: raised}}"
    some = dated(
        load_pack(
            city, overlay=overlay(city, new, f"at: aid/cap/at/low_income, value: 60000, {cite}")
        ),
        "aid",
        "cap",
    )
    assert (some.cite.source, some.cite.at, some.status) == ("order", "第五条", "draft")
    assert note(some)[0] == (
        "overlay next: draft of next year: 江府〔2026〕9号 第一条: raised (low income)"
    )
    all_codes = dated(
        load_pack(
            city,
            overlay=overlay(
                city,
                new,
                f"at: aid/cap/at/low_income, value: 60000, {cite}",
                f"at: aid/cap/at/dibao, value: 90000, status: confirmed, {cite}",
            ),
        ),
        "aid",
        "cap",
    )
    assert (all_codes.cite.source, all_codes.cite.at) == ("new", "第一条")
    assert note(all_codes)[0] == (
        "overlay next: draft of next year: raised (low income, minimum living)"
    )
    assert all_codes.status == "draft"
    whole = dated(
        load_pack(
            city,
            overlay=overlay(
                city,
                new,
                f"at: aid/rate/of, value: {{dibao: 1%, low_income: 2%}}, status: confirmed, {cite}",
            ),
        ),
        "aid",
        "rate",
    )
    assert (whole.cite.source, whole.status) == ("new", "confirmed")
    assert note(whole)[0] == "overlay next: draft of next year: raised"


def test_a_change_from_a_day_ends_the_value_before_it(city: Path) -> None:
    path = overlay(
        city,
        "at: aid/cap/at/low_income, value: 60000, from: 2026-01-01",
        "at: aid/cap/at/dibao, value: 90000, from: 2026-01-01",
    )
    values = load_pack(city, overlay=path).model.benefits["aid"].parameters["cap"].values
    assert [(str(v.from_), str(v.to), v.status) for v in values] == [
        ("2024-01-01", "2025-12-31", "confirmed"),
        ("2026-01-01", "None", "draft"),
    ]
    assert values[1].value == {"dibao": "90000", "low_income": "60000"}
    assert values[0].cite.note is None


def test_a_change_for_some_months_ends_and_the_old_value_holds_again(city: Path) -> None:
    path = overlay(city, "at: aid/rate/of/dibao, value: 99%, from: 2025-03-01, to: 2025-05-31")
    pack = load_pack(city, overlay=path)
    rates = [
        dated(pack, "aid", "rate", day).value["dibao"]
        for day in ("2025-02-28", "2025-03-01", "2025-05-31", "2025-06-01", "2026-01-01")
    ]
    assert rates == ["85%", "99%", "99%", "85%", "85%"]


def test_a_reading_comes_first_and_the_overlay_builds_on_it(city: Path) -> None:
    path = overlay(city, "at: aid/when/setting/dibao, value: [inpatient], from: 2026-01-01")
    pack = load_pack(city, readings=["outpatient=yes"], overlay=path)
    value = dated(pack, "aid", "settings", "2026-02-01")
    assert value.value == {"dibao": ["inpatient"], "low_income": ["inpatient", "outpatient"]}
    assert note(value)[0] == (
        "reading outpatient=yes: yes (low income); "
        "overlay next: draft of next year (minimum living)"
    )
    assert note(dated(pack, "aid", "settings"))[0] == "reading outpatient=yes: yes (low income)"
    whole = "{dibao: [inpatient], low_income: [outpatient]}"
    path = overlay(city, f"at: aid/when/setting, value: {whole}, from: 2026-01-01")
    pack = load_pack(city, readings=["outpatient=yes"], overlay=path)
    value = dated(pack, "aid", "settings", "2026-02-01")
    assert note(value)[0] == "overlay next: draft of next year"


def test_steps_pools_and_conditions_can_be_changed(city: Path) -> None:
    pack = load_pack(
        city,
        overlay=overlay(
            city,
            "at: aid/steps/house-cap, after_step: cap, value: {cap: {at: cap, pool: house}}",
            "at: aid/pools/house, value: {label: {zh: 户, en: house}, holder: household, "
            "period: lifetime, counts: aid}",
            "at: aid/deductible/when/insurance, value: resident",
            "at: aid/deductible/keep, value: inside",
            "at: care/pools/cared/when/setting, value: [inpatient, outpatient]",
            "at: care/steps/minimum, value: {minimum: {at: least, when: {setting: inpatient}}}",
            "at: shared/pools/bills/holder, value: household",
            "at: shared/income, value: 50000",
            "at: extra/top_up/above/share, value: 30%",
        ),
    )
    steps = pack.model.benefits["aid"].steps
    assert [s.name or s.verb for s in steps] == [
        "base",
        "deductible",
        "rate",
        "cap",
        "house-cap",
        "split",
    ]
    assert pack.pools["house"].holder == pack.pools["bills"].holder == "household"
    assert dated(pack, "extra", "threshold").value == {"share": "30%", "of": "income"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("at: aid, value: 1", "aid is no place of a pack: write benefit/step/argument"),
        ("at: aid//at, value: 1", "aid//at is no place of a pack: write benefit/step/argument"),
        ("at: aide/cap/at, value: 1", "there is no benefit aide. Did you mean aid?"),
        ("at: aid/capp/at, value: 1", "benefit aid has no step capp. Did you mean cap?"),
        (
            "at: aid/cap, value: 1",
            "name the argument of step cap, or address the whole step as aid/steps/cap",
        ),
        ("at: aid/cap/att, value: 1", "unknown key att. Did you mean at?"),
        (
            "at: aid/cap/verb, value: rate",
            "aid/cap/verb cannot be changed on its own: address the whole step as aid/steps/cap",
        ),
        ("at: aid/cap/at/dibau, value: 1", "dibau is not a code of category. Did you mean dibao?"),
        ("at: aid/cap/at/dibao/x, value: 1", "this value is the same for every code: leave x out"),
        ("at: aid/cap/at/dibao, value: 130,000", "unknown key 000."),
        (
            "at: aid/cap/at/dibao, value: 0.7x",
            "0.7x is not an amount in 元: write digits with at most two decimals, such as 8000.00",
        ),
        (
            "at: aid/rate/of/dibao, value: 0.7",
            "0.7 is not a rate: write it with a percent sign and at "
            "most four decimals, such as 70% or 6.8%",
        ),
        (
            "at: aid/cap/at/none, value: 1",
            "none is not among the category codes that cap is used for: "
            "remove it, or add it to the conditions",
        ),
        (
            "at: extra/bands/of/dibao, value: 1",
            "this value is the same for every code: leave dibao out",
        ),
        (
            "at: aid/parameters/cap/label, value: []",
            "address the values of cap by the step that uses it, or as shared/cap",
        ),
        (
            "at: aid/parameters/spare, value: {label: {zh: 甲, en: a}, unit: yuan, values: [{from: "
            "2024-01-01, cite: {source: order, at: 一}, value: 1}]}",
            "parameter spare is not used: use it in a step or condition, or remove it",
        ),
        ("at: aid/pools/usd/holder, value: visit", "there is no entry usd. Did you mean used?"),
        (
            "at: aid/pools/used/holder, value: visitor",
            "visitor is not one of: person, household, visit. Did you mean visit?",
        ),
        ("at: aid/pools/used/holder/x, value: visit", "holder has no entries of its own"),
        (
            "at: aid/when/seting/dibao, value: [inpatient]",
            "there is no condition on seting. Did you mean setting?",
        ),
        (
            "at: aid/when/category/dibao, value: x",
            "the condition on category is the same for every code: leave dibao out",
        ),
        (
            "at: aid/steps/late, value: {minimum: {at: cap}}",
            "there is no step late: to add one, name "
            "the step it follows with after_step, one of: base, deductible, rate, cap, split",
        ),
        (
            "at: aid/steps/cap, after_step: rate, value: {cap: {at: cap}}",
            "there is a step cap already: leave after_step out to replace it",
        ),
        (
            "at: aid/steps/cap, value: cap",
            "a step is written as one verb with its keys, such as {cap: {at: cap, pool: used}}",
        ),
        (
            "at: aid/steps/cap, value: {cap: {name: top, at: cap}}",
            "the step is called cap by its place: leave its name out",
        ),
        (
            "at: aid/steps/cap, value: {kap: {at: cap}}",
            "kap is no step: a step is one of base, top_up, fixed, per_unit, times, deductible, "
            "rate, bands, minimum, cap, split. Did you mean cap?",
        ),
        (
            "at: aid/steps/rate, value: {minimum: {at: line}}",
            "benefit aid has no rate: add a rate step "
            "(100% for the whole), bands, fixed or per_unit",
        ),
        (
            "at: aid/cap/at/dibao, value: 1, to: 2026-01-01",
            "`to` and `after` need `from`, the day the change begins",
        ),
        (
            "at: aid/cap/at/dibao, value: 1, from: 2024-01-01",
            "the pack has a value from 2024-01-01 already: change it without from",
        ),
        (
            "at: aid/rate/of/dibao, value: 1%, from: 2024-06-01",
            "overlaps the value before it, which holds until further notice",
        ),
        (
            "at: aid/pools/used/holder, value: visit, from: 2026-01-01",
            "from belong to values with dates, and aid/pools/used/holder has none",
        ),
        (
            "at: aid/cap/at/dibao, after_step: rate, value: 1",
            "after_step belongs to a new step: benefit/steps/name",
        ),
        (
            "at: aid/cap/at/dibao, value: 1, cite: {source: ordre, at: x}",
            "ordre is not listed under sources. Did you mean order?",
        ),
        ("at: shared/incomes, value: 1", "there is no parameter incomes. Did you mean income?"),
    ],
)
def test_a_change_that_cannot_be_made_is_told_at_its_place(
    change: str, message: str, city: Path
) -> None:
    [fault] = faults(city, change)
    where, _space, rest = fault.partition(": ")
    assert where.startswith("next.yaml:5:")
    assert rest == message


def test_every_bad_change_of_an_overlay_is_told(city: Path) -> None:
    assert faults(
        city,
        "at: aid/capp/at, value: 1",
        "at: aid/cap/at/dibao, value: 1",
        "at: aide/cap/at, value: 1",
    ) == [
        "next.yaml:5:6: benefit aid has no step capp. Did you mean cap?",
        "next.yaml:7:6: there is no benefit aide. Did you mean aid?",
    ]
    assert faults(
        city,
        "at: aid/rate/of/dibao, value: 80",
        "at: aid/pools/used/holder, value: all",
        "at: aid/cap/at/dibao, value: 1e5",
    ) == ["next.yaml:6:6: all is not one of: person, household, visit."]
    assert faults(city, "at: aid/rate/of/dibao, value: 80", "at: aid/cap/at/dibao, value: 1e5") == [
        "next.yaml:5:6: 80 is not a rate: write it with a percent sign and at most four decimals, "
        "such as 70% or 6.8%",
        "next.yaml:6:6: 1e5 is not an amount in 元: write digits with at most two decimals, such "
        "as 8000.00",
    ]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("aid/cap/at/dibao", "aid/cap/at/dibao"),
        ("aid/cap/at", "aid/cap/at/dibao"),
        ("aid/when/setting/dibao", "aid/parameters/settings"),
        ("shared/income", "shared/parameters/income"),
        ("aid/pools/used", "aid/pools/used/holder"),
        ("aid/steps/deductible", "aid/deductible/keep"),
    ],
)
def test_the_same_place_twice_is_refused(one: str, two: str, city: Path) -> None:
    for first, second in ((one, two), (two, one)):
        found = faults(
            city,
            f"at: {first}, value: {{cap: {{at: cap}}}}",
            f"at: {second}, value: {{cap: {{at: cap}}}}",
        )
        assert any(f"next.yaml:6:6: {second} is changed twice (also by" in fault for fault in found)


def test_a_reading_and_an_overlay_cannot_change_the_same_place(city: Path) -> None:
    path = overlay(city, "at: aid/when/setting/low_income, value: []")
    with pytest.raises(PackError, match="is changed twice") as caught:
        load_pack(city, readings=["outpatient=yes"], overlay=path)
    assert "(also by --reading outpatient=yes)" in str(caught.value)


def test_an_overlay_for_another_pack_or_state_of_it_is_refused(city: Path) -> None:
    change = "at: aid/cap/at/dibao, value: 1"
    assert faults(city, change, pack="sea-city") == [
        "next.yaml:3:8: is made for pack sea-city, not for river-city"
    ]
    [fault] = faults(city, change, base="sha256:0")
    assert fault == (
        f"next.yaml:3:26: the pack has changed since this overlay was made (its hash is "
        f"{load_pack(city).hash}): look through the changes again, then write the new hash"
    )


def test_all_faults_of_an_overlay_file_are_told_at_once(city: Path) -> None:
    found = faults(
        city,
        "at: aid/cap/at/dibao, valeu: 1",
        "at: aid/cap/at/dibao",
        "at: x/y/z, value: 1, satus: draft, from: 2026",
        pack="sea-city",
    )
    assert found == [
        "next.yaml:3:8: is made for pack sea-city, not for river-city",
        "next.yaml:5:28: unknown key valeu. Did you mean value?",
        "next.yaml:6:5: key value is missing",
        "next.yaml:7:27: unknown key satus. Did you mean status?",
        "next.yaml:7:41: 2026 is not a date: write it as 2023-01-31",
    ]


def test_an_overlay_that_cannot_be_read(city: Path) -> None:
    with pytest.raises(PackError, match="cannot be read: there is no such file"):
        load_pack(city, overlay=city / "none.yaml")
