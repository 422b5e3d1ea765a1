"""The office's choice of readings, such as cap-holder=household."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mediaid.faults import Fault, PackError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.changes.sourced import Sourced
from mediaid.packs.schema.pack import Rules
from mediaid.packs.schema.readings import Alternative, Change, Reading
from mediaid.packs.schema.types import Label


def choose(
    model: Rules, readings: Mapping[str, str] | Iterable[str]
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
        try:
            changes += _choice(name, reading, choice)
        except ValueError as error:
            faults.append(Fault(_where(name, choice), str(error)))
    if faults:
        raise PackError(faults)
    return chosen, changes


def _where(name: str, choice: str) -> str:
    return f"--reading {visible(name)}={visible(choice)}"


def _wanted(
    readings: Mapping[str, str] | Iterable[str], model: Rules, faults: list[Fault]
) -> dict[str, str]:
    wanted: dict[str, str] = {}
    for name, choice in _pairs(readings, faults):
        if name not in model.readings:
            faults.append(
                Fault(
                    _where(name, choice),
                    _("pack {pack} has no reading {name}.{nearest} Known: {known}").format(
                        pack=model.pack.pack,
                        name=visible(name),
                        nearest=nearest(name, model.readings),
                        known=", ".join(model.readings) or "–",
                    ),
                )
            )
        elif name in wanted:
            faults.append(
                Fault(_where(name, choice), _("reading {name} is chosen twice").format(name=name))
            )
        wanted[name] = choice
    return wanted


def _pairs(
    readings: Mapping[str, str] | Iterable[str], faults: list[Fault]
) -> list[tuple[str, str]]:
    if isinstance(readings, Mapping):
        return list(readings.items())
    pairs = []
    for text in [readings] if isinstance(readings, str) else readings:
        name, equals, choice = text.partition("=")
        if equals:
            pairs.append((name.strip(), choice.strip()))
        else:
            faults.append(Fault(f"--reading {visible(text)}", _("write it as ID=ALTERNATIVE")))
    return pairs


def _choice(name: str, reading: Reading, choice: str) -> list[Sourced]:
    """Return the changes one choice makes: none for the default."""
    key, colon, inputs = choice.partition(":")
    if key == reading.default.id:
        if colon:
            raise ValueError(_("{choice} takes no values").format(choice=visible(key)))
        return []
    if key not in reading.alternatives:
        known = [reading.default.id, *reading.alternatives]
        raise ValueError(
            _("reading {name} has no {choice}.{nearest} Known: {known}").format(
                name=name, choice=visible(key), nearest=nearest(key, known), known=", ".join(known)
            )
        )
    alternative = reading.alternatives[key]
    by = alternative_label(name, key, alternative)
    changes = list(alternative.changes)
    for wanted, value in _inputs(name, key, alternative, inputs if colon else None).items():
        changes.append(Change(at=alternative.inputs[wanted], value=value))
    where = _where(name, choice)
    return [Sourced(change, by, where, draft=False) for change in changes]


def alternative_label(name: str, key: str, alternative: Alternative) -> Label:
    """Return how citations name a reading that changed their value."""
    return Label(
        zh=f"读法 {name}={key}：{alternative.label.zh}",
        en=f"reading {name}={key}: {alternative.label.en}",
    )


def _inputs(name: str, key: str, alternative: Alternative, text: str | None) -> dict[str, str]:
    """Read `a=1,b=2`. Raises ValueError unless it gives just the values that are asked for."""
    if not alternative.inputs:
        if text is not None:
            raise ValueError(_("{choice} takes no values").format(choice=key))
        return {}
    given: dict[str, str] = {}
    sound = True
    for pair in (text or "").split(","):
        wanted, equals, value = (part.strip() for part in pair.partition("="))
        sound = sound and bool(equals and value) and wanted not in given
        given[wanted] = value
    if not sound or set(given) != set(alternative.inputs):
        example = ",".join(f"{wanted}=…" for wanted in alternative.inputs)
        raise ValueError(
            _("this reading asks for values: write {name}={key}:{example}").format(
                name=name, key=key, example=example
            )
        )
    return given
