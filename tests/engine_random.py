"""Packs put together at random from the whole vocabulary."""

from __future__ import annotations

from random import Random
from typing import Any

from engine_packs import YEAR
from engine_support import CODES, benefit, pack_of, parameter, pool
from mediaid.packs.model import Pack


def random_pack(seed: int) -> Pack:
    """A pack put together at random from the vocabulary, sound by the loader's own checks."""
    return _Drawn(Random(seed)).pack()


class _Drawn:
    """Draws benefits one after the other; later ones may use the pools of earlier ones."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.names: list[str] = []
        self.shared_pools: dict[str, Any] = {}
        self.number = 0

    def pack(self) -> Pack:
        benefits = []
        for _i in range(self.draw.randint(1, 3)):
            benefits.append(self.benefit())
            self.names.append(benefits[-1]["benefit"])
        return pack_of(
            *benefits,
            shared={"pools": self.shared_pools},
            dating=self.draw.choice(("date", "settled_on")),
        )

    def new(self, what: str) -> str:
        self.number += 1
        return f"{what}-{self.number}"

    def chance(self, probability: float) -> bool:
        return self.draw.random() < probability

    def benefit(self) -> dict[str, Any]:
        self.start = "2023-03-01" if self.names and self.chance(0.2) else "2023-01-01"
        self.parameters: dict[str, Any] = {}
        self.pools: dict[str, Any] = {}
        first = self.first()
        steps = [first]
        before = [self.minimum, self.claim_cap, self.times]
        if not {"fixed", "per_unit"} & set(first):
            before += [self.deductible, self.deductible]
        after = [self.minimum, self.claim_cap, self.aid_cap, self.aid_cap, self.times]
        steps += [self.draw.choice(before)() for _i in range(self.draw.randint(0, 2))]
        if not {"fixed", "per_unit"} & set(first) or self.chance(0.3):
            steps.append(self.draw.choice((self.rate, self.rate, self.bands))())
            steps += [self.draw.choice(after)() for _i in range(self.draw.randint(0, 3))]
        else:
            steps += [self.aid_cap()] if self.chance(0.5) else []
        if self.chance(0.3):
            steps.append({"split": {"of": self.parameter("shares")}})
        when: dict[str, Any] = self.conditions() if self.chance(0.7) else {"insurance": "resident"}
        return benefit(
            self.new("benefit"), when, steps, pools=self.pools, parameters=self.parameters
        )

    def conditions(self) -> dict[str, Any]:
        """Conditions on fields that no value here depends on, or by a parameter of codes."""
        found: dict[str, Any] = {}
        if self.chance(0.5):
            found["insurance"] = self.draw.choice((["resident"], ["resident", "employee"]))
        if self.chance(0.3):
            found["category"] = {"in": self.parameter("codes")}
        if self.chance(0.2):
            found["gift"] = self.draw.choice(
                ({"at_least": "100"}, {"above": "0"}, {"at_most": "300"}, {"below": "1000000000"})
            )
        if self.chance(0.1):
            found["date"] = {"within": {"months": "6", "before": "recognised_on"}}
        return found

    def when(self) -> dict[str, Any]:
        found = self.conditions() if self.chance(0.3) else {}
        return {"when": found} if found else {}

    def first(self) -> dict[str, Any]:
        kind = self.draw.random()
        if kind < 0.15:
            return {"fixed": {"of": self.parameter("yuan"), **self.when()}}
        if kind < 0.3:
            return {"per_unit": {"of": self.parameter("yuan"), "units": "days", **self.when()}}
        if kind < 0.5 and self.names:
            after = self.draw.sample(self.names, self.draw.randint(1, len(self.names)))
            left = {"sum": ["self_paid"], "less_aid": after}
            return {
                "top_up": {
                    "after": after,
                    "above": self.parameter("yuan"),
                    "pool": self.pool(left),
                    **self.when(),
                }
            }
        earlier = self.draw.sample(self.names, self.draw.randint(0, len(self.names)))
        sums = self.draw.choice(
            (["self_paid"], ["in_scope"], ["self_paid", "in_scope"], ["premium"])
        )
        return {
            "base": {
                "sum": sums,
                "less_aid": earlier,
                **self.when(),
                "less": ["gift"] if self.chance(0.3) else [],
            }
        }

    def named(self, verb: str, **arguments: Any) -> dict[str, Any]:
        return {verb: {"name": self.new(verb), **arguments, **self.when()}}

    def deductible(self) -> dict[str, Any]:
        step = self.named(
            "deductible",
            at=self.parameter("yuan"),
            keep=self.draw.choice(("outside", "outside", "inside")),
        )
        if self.chance(0.7):
            step["deductible"]["pool"] = self.bills(step["deductible"]["name"])
        return step

    def bands(self) -> dict[str, Any]:
        step: dict[str, Any] = {"bands": {"name": self.new("bands"), "of": self.parameter("bands")}}
        if self.chance(0.7):
            step["bands"]["over"] = self.bills(step["bands"]["name"])
        return step

    def rate(self) -> dict[str, Any]:
        return {"rate": {"name": self.new("rate"), "of": self.parameter("percent")}}

    def minimum(self) -> dict[str, Any]:
        return self.named("minimum", at=self.parameter("yuan"))

    def claim_cap(self) -> dict[str, Any]:
        return self.named("cap", at=self.parameter("cap"))

    def aid_cap(self) -> dict[str, Any]:
        known = [
            name
            for name, its in {**self.shared_pools, **self.pools}.items()
            if its["counts"] == "aid"
        ]
        if known and self.chance(0.6):
            return self.named("cap", at=self.parameter("cap"), pool=self.draw.choice(known))
        unlimited: dict[str, Any] = {"counts_unlimited": self.draw.choice(("yes", "no"))}
        return self.named("cap", at=self.parameter("cap"), pool=self.pool("aid", **unlimited))

    def times(self) -> dict[str, Any]:
        return self.named("times", at=self.parameter("count"), pool=self.pool("claims"))

    def bills(self, step: str) -> str:
        """A pool of bills, of what benefits left of them, or of what enters the step itself."""
        kind = self.draw.random()
        if kind < 0.3:
            return self.pool({"into": step}, own=True)
        if kind < 0.5 and self.names:
            return self.pool({"sum": ["self_paid"], "less_aid": [self.draw.choice(self.names)]})
        return self.pool(
            {
                "sum": [self.draw.choice(("self_paid", "in_scope"))],
                "less": ["gift"] if self.chance(0.2) else [],
            }
        )

    def pool(self, counts: Any, own: bool = False, **more: Any) -> str:
        name = self.new("pool")
        holder = self.draw.choice(("person", "person", "household", "visit"))
        period = self.draw.choice((YEAR, YEAR, "lifetime", "claim"))
        if counts != "aid" and not own and self.chance(0.3):
            more["when"] = {"setting": "inpatient"}
        home = self.pools if own or self.chance(0.5) else self.shared_pools
        home[name] = pool(holder, period, counts, **more)
        return name

    def parameter(self, unit: str) -> str:
        name = self.new(unit)
        by = self.draw.choice(([], [], ["category"], ["setting"], ["category", "hospital_level"]))
        more = {}
        if unit == "codes":
            by, more = self.draw.choice(([], ["setting"])), {"of": "category"}
        values = [{"value": self.value(unit, by), "from": self.start}]
        if self.chance(0.3):
            values[0] |= {"to": "2023-06-30", "after": "carry_forward"}
            if self.chance(0.7):
                values.append({"value": self.value(unit, by), "from": "2023-07-01"})
        self.parameters[name] = parameter(
            "yuan" if unit == "cap" else unit, None, by, values=values, **more
        )
        return name

    def value(self, unit: str, by: list[str]) -> Any:
        if by:
            return {code: self.value(unit, by[1:]) for code in CODES[by[0]]}
        edge = self.draw.choice(("0", "0.01", "100", "300", "1000.50", "50000"))
        rate = self.draw.choice(("0%", "50%", "90%", "100%", "33.3333%", "0.0001%", "12.5%"))
        if unit == "bands":
            low = {"above": "0", "rate": rate}
            return [low, {"above": "500", "rate": "33.3333%"}, {"above": "501", "rate": "100%"}][
                : self.draw.randint(1, 3)
            ]
        return {
            "yuan": edge,
            "cap": self.draw.choice((edge, edge, "unlimited")),
            "percent": rate,
            "count": self.draw.choice(("0", "1", "2")),
            "codes": self.draw.choice((["a"], ["a", "b"], [])),
            "shares": self.draw.choice(
                (
                    {"city": "1/3", "district": "2/3"},
                    {"city": "50%", "town": "residual"},
                    {"town": "1/7", "city": "3/7", "district": "3/7"},
                )
            ),
        }[unit]
