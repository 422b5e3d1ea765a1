"""Time one person-year of the four benefits in OpenFisca-Core, everything loaded and warm.

Prints as JSON the microseconds of each repetition: ``explained`` builds a simulation with tracing
for the person, calculates the four benefits and takes the computation log, which is OpenFisca's
explanation; ``plain`` does the same without tracing and log; ``calculate`` is the calculation
alone in a simulation that has been built already.
"""

from __future__ import annotations

import json
import sys
import time

from country import BENEFITS, system
from openfisca_core.simulations import Simulation, SimulationBuilder

YEAR = "2023"
CASE = {
    "category": "dibao",
    "insurance": "resident",
    "premium": 0.0,
    "inpatient_self_paid": 8_000.0,
    "outpatient_self_paid": 0.0,
}
EXPECTED = 7_200.0


def main() -> None:
    repetitions = int(sys.argv[1])
    country = system()
    person = {name: {YEAR: value} for name, value in CASE.items()}

    def build(trace: bool) -> Simulation:
        simulation = SimulationBuilder().build_from_entities(country, {"persons": {"one": person}})
        simulation.trace = trace
        return simulation

    def calculate(simulation: Simulation) -> float:
        return sum(float(simulation.calculate(benefit.__name__, YEAR)[0]) for benefit in BENEFITS)

    times: dict[str, list[float]] = {"explained": [], "plain": [], "calculate": []}
    for _ in range(repetitions):
        began = time.perf_counter()
        simulation = build(trace=True)
        aid = calculate(simulation)
        log = simulation.tracer.computation_log.lines()
        times["explained"].append((time.perf_counter() - began) * 1e6)
        if aid != EXPECTED or not log:
            sys.exit(f"OpenFisca gives {aid} instead of {EXPECTED}, or no log")
        began = time.perf_counter()
        simulation = build(trace=False)
        built = time.perf_counter()
        calculate(simulation)
        ended = time.perf_counter()
        times["plain"].append((ended - began) * 1e6)
        times["calculate"].append((ended - built) * 1e6)
    print(json.dumps(times))


if __name__ == "__main__":
    main()
