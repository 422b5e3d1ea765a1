"""A case being entered: exactly what was typed, nothing read into it yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Bill:
    """One bill: field → text as typed. `earlier`: decided before, it only counts as history."""

    values: dict[str, str] = field(default_factory=dict)
    earlier: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(text.strip() for text in self.values.values())


@dataclass
class Case:
    """A person's bills under a pack. `head` holds what is the same for all of them.

    With a register: `person` is the person's number there, `number` that of a case whose bills are
    entered anew, and `answers` what was said to the questions asked before it is submitted.
    """

    pack: str
    readings: dict[str, str] = field(default_factory=dict)
    head: dict[str, str] = field(default_factory=dict)
    bills: list[Bill] = field(default_factory=lambda: [Bill()])
    person: int | None = None
    number: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    register: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(text.strip() for text in self.head.values()) and all(
            bill.blank for bill in self.bills
        )

    def copy(self) -> Case:
        """Return a case that shares nothing with this one."""
        return Case(
            self.pack,
            dict(self.readings),
            dict(self.head),
            [Bill(dict(bill.values), bill.earlier) for bill in self.bills],
            self.person,
            self.number,
            dict(self.answers),
            self.register,
        )

    def to_data(self) -> dict[str, Any]:
        """Return the case as plain data."""
        return {
            "pack": self.pack,
            "readings": self.readings,
            "head": self.head,
            "bills": [{"values": b.values, "earlier": b.earlier} for b in self.bills],
            "person": self.person,
            "number": self.number,
            "answers": self.answers,
            "register": self.register,
        }

    @classmethod
    def from_data(cls, data: Any) -> Case:
        """Read what `to_data` gave. Raises ValueError for anything else."""
        try:
            bills = [Bill(_texts(b["values"]), bool(b["earlier"])) for b in data["bills"]]
            head, readings = _texts(data["head"]), _texts(data["readings"])
            person = data.get("person")
            return cls(
                str(data["pack"]),
                readings,
                head,
                bills or [Bill()],
                person if isinstance(person, int) else None,
                str(data.get("number", "")),
                _texts(data.get("answers", {})),
                str(data.get("register", "")),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(str(error)) from None


def _texts(data: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in data.items()}


class History:
    """What can be undone and done again: a case's states, one for each stretch of typing."""

    def __init__(self, case: Case, longest: int = 200) -> None:
        self._done = [case.copy()]
        self._undone: list[Case] = []
        self._where: object = None
        self._longest = longest

    def note(self, case: Case, where: object) -> None:
        """Keep a state; typing on in the same place (`where`) is undone at one go."""
        if case == self._done[-1]:
            return
        if where is not None and where == self._where and len(self._done) > 1:
            self._done[-1] = case.copy()
        else:
            self._done.append(case.copy())
            del self._done[: -self._longest]
        self._where = where
        self._undone.clear()

    def rest(self) -> None:
        """What is typed from now on is undone apart."""
        self._where = None

    def undo(self) -> Case | None:
        """Return the state before, or None at the beginning."""
        if len(self._done) < 2:
            return None
        self._undone.append(self._done.pop())
        self._where = None
        return self._done[-1].copy()

    def redo(self) -> Case | None:
        """Return the state that was undone last, or None."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        self._where = None
        return self._done[-1].copy()
