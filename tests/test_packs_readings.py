"""Readings: each is another policy, and values say which reading changed them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaid.faults import PackError
from mediaid.packs.folder.find import shipped_packs
from mediaid.packs.load import load_pack
from mediaid.packs.read import read_pack
from pack_support import changed, copy_of_good, dated, note

SHIPPED = shipped_packs()
ALTERNATIVES = [
    (
        pack,
        name,
        key
        + (
            ":" + ",".join(f"{wanted}=1%" for wanted in other.inputs)
            if name == "premium" and other.inputs
            else ":" + ",".join(f"{wanted}=1" for wanted in other.inputs)
            if other.inputs
            else ""
        ),
    )
    for pack, folder in SHIPPED.items()
    for name, reading in read_pack(folder).readings.items()
    for key, other in reading.alternatives.items()
]


@pytest.fixture(autouse=True)
def _kept(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packs that are kept by this run alone: each is read once."""
    monkeypatch.setenv("MEDIAID_CACHE", str(tmp_path_factory.getbasetemp() / "packs"))


@pytest.fixture
def city(tmp_path: Path) -> Path:
    return copy_of_good(tmp_path)


@pytest.mark.parametrize(("pack", "name", "choice"), ALTERNATIVES)
def test_every_alternative_of_the_shipped_packs_is_another_policy(
    pack: str, name: str, choice: str
) -> None:
    default = load_pack(pack)
    other = load_pack(pack, readings={name: choice})
    assert other.hash != default.hash
    assert other.base_hash == default.hash
    assert dict(other.readings) == {**default.readings, name: choice}


def test_the_default_reading_is_the_pack_itself() -> None:
    assert (
        load_pack("shanghai-minhang", readings=["cap-holder=person"]).hash
        == load_pack("shanghai-minhang").hash
    )


def test_readings_can_be_chosen_together() -> None:
    every = {name: choice for pack, name, choice in ALTERNATIVES if pack == "shanghai-minhang"}
    pack = load_pack("shanghai-minhang", readings=every)
    assert dict(pack.readings) == every


def test_a_value_names_the_reading_that_changed_it(city: Path) -> None:
    pack = load_pack(city, readings="outpatient=yes")
    value = dated(pack, "aid", "settings")
    assert value.value["low_income"] == ["inpatient", "outpatient"]
    assert (value.cite.source, value.cite.at, value.status) == ("order", "第二条", "confirmed")
    assert note(value) == (
        "reading outpatient=yes: yes (low income)",
        "读法 outpatient=yes：是（低收入）",
    )


def test_two_codes_of_one_reading_are_named_once() -> None:
    pack = load_pack(
        "shanghai-minhang", readings=["medical-poverty-settings=both", "orphan-settings=both"]
    )
    english, chinese = note(dated(pack, "medical-aid", "settings", "2023-06-01"))
    assert english.startswith(
        "reading orphan-settings=both: inpatient and outpatient (orphan outside an institution); "
        "reading medical-poverty-settings=both: inpatient and outpatient (impoverished by medical "
        "spending, class 1, impoverished by medical spending, class 2); was: item 1 names"
    )
    assert chinese.count("读法 medical-poverty-settings=both") == 1
    assert "；原：第1项明确含门急诊" in chinese


def test_a_figure_the_office_enters_says_so(city: Path) -> None:
    value = dated(load_pack(city, readings=["line=input: two = 700"]), "aid", "line")
    assert value.value == {"one": "300", "two": "700"}
    assert note(value)[0] == "reading line=input: entered by the office (level two)"


@pytest.mark.parametrize(
    ("readings", "message"),
    [
        (["outpatient"], "--reading outpatient: write it as ID=ALTERNATIVE"),
        (
            ["outpatients=yes"],
            "--reading outpatients=yes: pack river-city has no reading outpatients. "
            "Did you mean outpatient? Known: outpatient, line, holder",
        ),
        (
            ["outpatient=yess"],
            "--reading outpatient=yess: reading outpatient has no yess. Did you mean "
            "yes? Known: no, yes",
        ),
        (
            ["outpatient=yes", "outpatient=no"],
            "--reading outpatient=no: reading outpatient is chosen twice",
        ),
        (["outpatient=no:x=1"], "--reading outpatient=no:x=1: no takes no values"),
        (["outpatient=yes:x=1"], "--reading outpatient=yes:x=1: yes takes no values"),
        (
            ["line=input"],
            "--reading line=input: this reading asks for values: write line=input:two=…",
        ),
        (
            ["line=input:one=3"],
            "--reading line=input:one=3: this reading asks for values: write line=input:two=…",
        ),
        (
            ["line=input:two=3,x"],
            "--reading line=input:two=3,x: this reading asks for values: write line=input:two=…",
        ),
        (
            ["line=input:two=3,two=4"],
            "--reading line=input:two=3,two=4: this reading asks for values: "
            "write line=input:two=…",
        ),
        (
            ["line=input:two=70%"],
            "--reading line=input:two=70%: 70% is not an amount in 元: write "
            "digits with at most two decimals, such as 8000.00",
        ),
        (
            ["line=input:two=1,300"],
            "--reading line=input:two=1,300: this reading asks for values: write line=input:two=…",
        ),
    ],
)
def test_a_choice_that_is_none_is_refused(readings: list[str], message: str, city: Path) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(city, readings=readings)
    assert str(caught.value) == message


def test_inputs_are_tried_with_a_figure_of_their_own_unit(tmp_path: Path) -> None:
    folder = copy_of_good(tmp_path)
    changed(
        folder,
        "readings.yaml",
        "inputs: {two: aid/deductible/at/two}",
        "inputs: {two: aid/deductible/at/two, r: aid/rate/of/dibao, n: care/times/at}",
    )
    pack = load_pack(folder, readings={"line": "input:two=5,r=7%,n=2"})
    assert pack.readings["line"] == "input:two=5,r=7%,n=2"


def test_what_is_paid_first_is_out_unless_the_pack_or_a_reading_says_in() -> None:
    assert load_pack("shanghai-minhang").preselfpay == "out"
    assert load_pack("shanghai-minhang", readings=["preselfpay=in"]).preselfpay == "in"
