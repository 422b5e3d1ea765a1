"""The office's choice of readings, such as cap-holder=household."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mediaid.faults import Fault, PackError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.model import PackModel
from mediaid.packs.overlay import Sourced
from mediaid.packs.readings import Alternative, Change, Reading
from mediaid.packs.types import Label


def choose(
    model: PackModel, readings: Mapping[str, str] | Iterable[str]
) -> tuple[dict[str, str], list[Sourced]]:
    """Return every reading's choice by id, and the changes that the choices make.

    Raises PackError for readings and alternatives that do not exist.
    """
    faults: list[Fault] = []
    wanted = _wanted(readings, model, faults)
    changes: list[Sourced] = []
    chosen: dict[str, str] = {}
    for name, reading in model.readings.items():
        choice = wanted.get(name, reading.default.id)
        chosen[name] = choice
        key, _colon, inputs = choice.partition(":")
        if choice == reading.default.id:
            continue
        where = f"--reading {name}={visible(choice)}"
        if key not in reading.alternatives:
            known = [reading.default.id, *reading.alternatives]
            faults.append(
                Fault(
                    where,
                    _("reading {name} has no {choice}.{nearest} Known: {known}").format(
                        name=name,
                        choice=visible(key),
                        nearest=nearest(key, known),
                        known=", ".join(known),
                    ),
                )
            )
            continue
        try:
            changes += _changes(name, reading, key, reading.alternatives[key], inputs, where)
        except ValueError as error:
            faults.append(Fault(where, str(error)))
    if faults:
        raise PackError(faults)
    return chosen, changes


def _wanted(
    readings: Mapping[str, str] | Iterable[str], model: PackModel, faults: list[Fault]
) -> dict[str, str]:
    if isinstance(readings, Mapping):
        pairs = list(readings.items())
    else:
        pairs = []
        for text in readings:
            name, equals, choice = text.partition("=")
            if not equals:
                faults.append(Fault(f"--reading {visible(text)}", _("write it as ID=ALTERNATIVE")))
                continue
            pairs.append((name, choice))
    wanted: dict[str, str] = {}
    for name, choice in pairs:
        where = f"--reading {visible(name)}={visible(choice)}"
        if name not in model.readings:
            faults.append(
                Fault(
                    where,
                    _("pack {pack} has no reading {name}.{nearest} Known: {known}").format(
                        pack=model.pack.pack,
                        name=visible(name),
                        nearest=nearest(name, model.readings),
                        known=", ".join(model.readings) or "–",
                    ),
                )
            )
        elif name in wanted:
            faults.append(Fault(where, _("reading {name} is chosen twice").format(name=name)))
        wanted[name] = choice
    return wanted


def _changes(
    name: str, reading: Reading, key: str, alternative: Alternative, inputs: str, where: str
) -> list[Sourced]:
    by = Label(
        zh=f"读法 {name}={key}：{alternative.label.zh}",
        en=f"reading {name}={key}: {alternative.label.en}",
    )
    changes = list(alternative.changes)
    given = dict(pair.split("=", 1) for pair in inputs.split(",") if "=" in pair)
    if set(given) != set(alternative.inputs):
        example = ",".join(f"{wanted}=…" for wanted in alternative.inputs)
        raise ValueError(
            _("this reading asks for values: write {name}={key}:{example}").format(
                name=name, key=key, example=example
            )
            if alternative.inputs
            else _("this reading takes no values")
        )
    changes += [
        Change(at=alternative.inputs[wanted], value=value) for wanted, value in given.items()
    ]
    return [Sourced(change, by, where, draft=False) for change in changes]
