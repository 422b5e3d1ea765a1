"""What the addresses of figures mean: `medical-aid/rate` is "medical aid · rate of aid"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mediaid.packs.model import Pack


def figure_words(pack: Pack, names: Iterable[str]) -> str:
    """Return figures by their labels, in one line; `names` are as results give them.

    What the pack does not know, since it was decided by another one, stands as it is.
    """
    return _(", ").join(_label(pack, name) for name in names)


def _label(pack: Pack, name: str) -> str:
    whose, _slash, figure = name.partition("/")
    shared, benefits = pack.model.pack.shared.parameters, pack.model.benefits
    if whose == "shared" and figure in shared:
        return str(shared[figure].label)
    if whose in benefits and figure in benefits[whose].parameters:
        return f"{benefits[whose].label} · {benefits[whose].parameters[figure].label}"
    if whose in pack.funding:
        funding = pack.funding[whose]
        if figure in type(funding.parameters).model_fields:
            return f"{funding.label} · {getattr(funding.parameters, figure).label}"
    return name
