"""The register's cases as rows of a screen: only what is looked at is read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mediaid.desk.choices import Choice
from mediaid.i18n import gettext as _
from mediaid.register.cases.find import Filter
from mediaid.register.views import ledger as views
from mediaid.register.views.ledger import LedgerRow
from mediaid.register.workflow.states import STATES
from mediaid.register.workflow.words import state_words

if TYPE_CHECKING:
    from mediaid.desk.register.office import Office

__all__ = ["STATES", "Filter", "Ledger", "LedgerRow", "choices", "state_words"]

PAGE = 100
"""Rows that are read at once."""
_KEPT = 30
"""Pages that are kept in memory: a few screens around wherever one looks."""


class Ledger:
    """The cases that a filter leaves, newest first.

    `row` never reads; `read` and `count_through` do, and belong into a worker. A ledger shows one
    filter for good: another filter is another ledger.
    """

    def __init__(self, office: Office, wanted: Filter, *, clear: bool = False) -> None:
        self.office = office
        self.wanted = wanted
        self.clear = clear
        self.count = 0
        self.counted = False
        self._firsts: list[int] | None = None
        self._pages: OrderedDict[int, list[LedgerRow]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Read the first page: there is something to see before all is counted."""
        with self.office.register.read() as connection:
            rows = views.page(connection, self.wanted, None, PAGE, clear=self.clear)
        with self._lock:
            self._pages[0] = rows
            self.count = max(self.count, len(rows))
            if len(rows) < PAGE:
                self.counted = True

    def count_through(self) -> None:
        """Find out how many cases there are, and where each page begins."""
        if self.counted:
            return
        with self.office.register.read() as connection:
            found = views.outline(connection, self.wanted, PAGE)
        with self._lock:
            self._firsts = found.firsts  # type: ignore[assignment]
            self.count = found.count
            self.counted = True

    def row(self, at: int) -> LedgerRow | None:
        """Return a row, None where its page has not been read yet."""
        with self._lock:
            rows = self._pages.get(at // PAGE)
            return rows[at % PAGE] if rows is not None and at % PAGE < len(rows) else None

    def missing(self, first: int, last: int) -> list[int]:
        """Return the pages that rows from first to last lie on and that have not been read."""
        with self._lock:
            wanted = range(max(first, 0) // PAGE, min(last, max(self.count - 1, 0)) // PAGE + 1)
            return [its for its in wanted if its not in self._pages]

    def read(self, page: int) -> None:
        """Read a page."""
        with self._lock:
            if page in self._pages:
                return
            if self._firsts is None or page >= len(self._firsts):
                return
            first = self._firsts[page]
        with self.office.register.read() as connection:
            rows = views.page(connection, self.wanted, first, PAGE, clear=self.clear)
        with self._lock:
            self._pages[page] = rows
            self._pages.move_to_end(page)
            while len(self._pages) > _KEPT:
                self._pages.popitem(last=False)

    def everything(self) -> list[LedgerRow]:
        """Read every row: for filters that leave few."""
        with self.office.register.read() as connection:
            return views.page(connection, self.wanted, None, max(self.count, 1), clear=self.clear)

    def again(self, **changed: str) -> Ledger:
        """Return the ledger under a changed filter (or the same, to be read anew)."""
        return Ledger(self.office, replace(self.wanted, **changed), clear=self.clear)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Choices:
    """What can be filtered by."""

    states: list[Choice]
    towns: list[Choice]
    categories: list[Choice]
    months: list[Choice]


def choices(office: Office) -> Choices:
    """Read what can be filtered by; the first choice of each is everything."""
    with office.register.read() as connection:
        towns, months = views.towns(connection), views.months(connection)
    everything = Choice("", _("all"), _("all"))
    labels = office.pack.codes["category"]
    return Choices(
        [everything, *(_plain(state_words(its), its) for its in STATES)],
        [everything, *map(_plain, towns)],
        [everything, *(Choice(code, its.zh, its.en) for code, its in labels.items())],
        [everything, *map(_plain, months)],
    )


def _plain(text: str, code: str = "") -> Choice:
    return Choice(code or text, text, text)


def category_words(office: Office, code: str) -> str:
    """Return a category's name."""
    labels = office.pack.codes["category"]
    return str(labels[code]) if code in labels else code
