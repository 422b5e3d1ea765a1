"""A country package for OpenFisca-Core with Minhang's four benefits of a person-year.

The smallest package that gives rates by category and a yearly cap, written the way OpenFisca's
documentation teaches: parameters in YAML, inputs and the benefit as variables of the year. It has
one category for the whole year and float32 money, as OpenFisca has by default.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import DateUnit
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Person = build_entity(key="person", plural="persons", label="person", is_person=True)


class Category(Enum):  # type: ignore[misc]
    """Who the person is to the policy."""

    special_relief = "special relief"
    dibao = "minimum living guarantee"
    orphan = "orphan outside an institution"
    low_income = "low-income household"
    medical_poverty_1 = "impoverished by medical spending, class 1"
    medical_poverty_2 = "impoverished by medical spending, class 2"
    none = "not entitled"


class category(Variable):  # type: ignore[misc]
    """The category in force."""

    value_type = Enum
    possible_values = Category
    default_value = Category.none
    entity = Person
    definition_period = DateUnit.YEAR
    label = "assistance category"


class Insurance(Enum):  # type: ignore[misc]
    """How the person is insured."""

    resident = "residents' insurance"
    employee = "employees' insurance"
    none = "uninsured"


class insurance(Variable):  # type: ignore[misc]
    """The insurance in force."""

    value_type = Enum
    possible_values = Insurance
    default_value = Insurance.none
    entity = Person
    definition_period = DateUnit.YEAR
    label = "insurance"


class premium(Variable):  # type: ignore[misc]
    """元 of individual premium."""

    value_type = float
    entity = Person
    definition_period = DateUnit.YEAR
    label = "individual premium"


class inpatient_self_paid(Variable):  # type: ignore[misc]
    """元 borne by the person for inpatient treatment."""

    value_type = float
    entity = Person
    definition_period = DateUnit.YEAR
    label = "inpatient spending"


class outpatient_self_paid(Variable):  # type: ignore[misc]
    """元 borne by the person for outpatient treatment."""

    value_type = float
    entity = Person
    definition_period = DateUnit.YEAR
    label = "outpatient spending"


class medical_aid(Variable):  # type: ignore[misc]
    """元 of medical aid in the year."""

    value_type = float
    entity = Person
    definition_period = DateUnit.YEAR
    label = "medical aid"

    def formula(self: Any, period: Any, parameters: Any) -> Any:
        """The rate times what counts, up to the cap; special relief is paid in full."""
        who = self("category", period)
        terms = parameters(period).medical_aid
        inpatient = self("inpatient_self_paid", period)
        relief = who == Category.special_relief
        paid = inpatient + relief * self("outpatient_self_paid", period)
        aid = paid * terms.rate[who]
        above = (aid > terms.cap) * (1 - relief)
        return aid - above * (aid - terms.cap)


class within_deductible(Variable):  # type: ignore[misc]
    """元 of the outpatient amount that lie within the deductible."""

    value_type = float
    entity = Person
    definition_period = DateUnit.YEAR
    label = "outpatient amount within the deductible"

    def formula(self: Any, period: Any, parameters: Any) -> Any:
        """The first amount of the year, for those under residents' insurance."""
        first = parameters(period).outpatient_aid.deductible
        paid = self("outpatient_self_paid", period)
        inside = paid - (paid > first) * (paid - first)
        return inside * (self("insurance", period) == Insurance.resident)


class outpatient_aid(Variable):  # type: ignore[misc]
    """元 of outpatient aid in the year."""

    value_type = float
    entity = Person
    definition_period = DateUnit.YEAR
    label = "outpatient aid"

    def formula(self: Any, period: Any, parameters: Any) -> Any:
        """The rate times what lies outside the deductible, up to the cap."""
        who = self("category", period)
        terms = parameters(period).outpatient_aid
        counts = self("outpatient_self_paid", period) - self("within_deductible", period)
        aid = counts * terms.rate[who]
        cap = terms.cap[who]
        return aid - (aid > cap) * (aid - cap)


class deductible_subsidy(Variable):  # type: ignore[misc]
    """元 of deductible subsidy in the year."""

    value_type = float
    entity = Person
    definition_period = DateUnit.YEAR
    label = "deductible subsidy"

    def formula(self: Any, period: Any, parameters: Any) -> Any:
        """What lies within the deductible, for dibao persons."""
        dibao = self("category", period) == Category.dibao
        return self("within_deductible", period) * dibao


class premium_subsidy(Variable):  # type: ignore[misc]
    """元 of premium subsidy in the year."""

    value_type = float
    entity = Person
    definition_period = DateUnit.YEAR
    label = "premium subsidy"

    def formula(self: Any, period: Any, parameters: Any) -> Any:
        """The premium of dibao persons under residents' insurance."""
        entitled = (self("category", period) == Category.dibao) * (
            self("insurance", period) == Insurance.resident
        )
        return self("premium", period) * entitled


BENEFITS = (medical_aid, outpatient_aid, deductible_subsidy, premium_subsidy)


def system() -> TaxBenefitSystem:
    """The tax and benefit system with the package's variables and parameters."""
    country = TaxBenefitSystem([Person])
    country.load_parameters(str(Path(__file__).parent / "parameters"))
    inputs = (category, insurance, premium, inpatient_self_paid, outpatient_self_paid)
    for variable in (*inputs, within_deductible, *BENEFITS):
        country.add_variable(variable)
    return country
