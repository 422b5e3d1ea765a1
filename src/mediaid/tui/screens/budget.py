"""预算: funding, forecast and reconciliation, one below the other key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from mediaid.desk.budget.sheets import Sheets
from mediaid.i18n import gettext as _
from mediaid.tui.screens.budget_forecast import ForecastView
from mediaid.tui.screens.budget_funding import FundingView
from mediaid.tui.screens.budget_reconcile import ReconcileView
from mediaid.tui.screens.page import Page
from mediaid.tui.text import harmless
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.said import Said
from mediaid.tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from textual.app import ComposeResult

    View = FundingView | ForecastView | ReconcileView

VIEWS = ("funding", "forecast", "reconcile")


class BudgetPage(Page):
    """The budget's screen: three views of which one is shown."""

    page = "budget"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    DEFAULT_CSS = """
    BudgetPage #views { height: 1; background: $surface; padding: 0 1; }
    BudgetPage .view { height: 1fr; layout: vertical; }
    BudgetPage.-wide .view { layout: horizontal; }
    BudgetPage #reconcile { layout: vertical; }
    BudgetPage .asked { height: 40%; min-height: 7; }
    BudgetPage.-wide .asked { height: 1fr; width: 42%; max-width: 76; }
    BudgetPage.-narrow ForecastView.-empty .asked { height: 1fr; }
    BudgetPage.-narrow ForecastView.-empty .results { height: 5; }
    /* Results are read: room for them. */
    BudgetPage.-narrow.-read .asked { display: none; }
    BudgetPage .found { height: 1fr; width: 1fr; border-top: tall $panel; padding: 0 1; }
    BudgetPage .found:focus { border-top: tall $primary; }
    BudgetPage #hint { height: 1; padding: 0 1; background: $panel; }
    """

    class Loaded(Message):
        """The pack is there."""

        def __init__(self, sheets: Sheets) -> None:
            super().__init__()
            self.sheets = sheets

    def __init__(self, sheets: Sheets | None = None) -> None:
        super().__init__()
        self.sheets = sheets
        self.shown = VIEWS[0]

    def parts(self) -> ComposeResult:
        """Place the views."""
        yield Said(id="views")
        yield FundingView(id="funding", classes="view")
        yield ForecastView(id="forecast", classes="view")
        yield ReconcileView(id="reconcile", classes="view")
        yield Said(id="hint")

    @property
    def view(self) -> View:
        """The view that is shown."""
        view = self.query_one(f"#{self.shown}")
        assert isinstance(view, (FundingView, ForecastView, ReconcileView))
        return view

    def on_mount(self) -> None:
        self.show_view(self.shown)

    def on_screen_resume(self) -> None:
        self.load()

    def load(self) -> None:
        """Load the pack of the desk; what was filled in stays as long as the pack is the same."""
        rules = self.desk_app.rules()
        if self.sheets is None or self.sheets.rules != rules:
            self._load(rules)
        else:
            self._begin(self.sheets)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _load(self, rules: tuple[str, dict[str, str]]) -> None:
        from mediaid.desk.budget.forecast import ForecastSheet  # noqa: PLC0415 - numpy, pydantic
        from mediaid.desk.budget.funding import FundingSheet  # noqa: PLC0415

        rules = (rules[0], dict(rules[1]))
        forecast = ForecastSheet(*rules)
        if self.sheets is not None:  # files and terms are the user's, whatever the pack
            forecast.files = self.sheets.forecast.files
            forecast.texts = self.sheets.forecast.texts
        self.post_message(self.Loaded(Sheets(rules, FundingSheet.of(*rules), forecast)))

    @on(Loaded)
    def _loaded(self, event: Loaded) -> None:
        self._begin(event.sheets)

    def _begin(self, sheets: Sheets) -> None:
        again = self.sheets is sheets
        self.sheets = sheets
        self.desk_app.budget_sheets = sheets
        self.say(str(sheets.funding.pack.label))
        funding, forecast = self.query_one(FundingView), self.query_one(ForecastView)
        if not again or funding.sheet is None:
            funding.begin(sheets.funding)
            forecast.begin(sheets.forecast)
            self.query_one(ReconcileView).begin(sheets.rules)
        self.view.take_focus()

    def show_view(self, name: str) -> None:
        """Show one of the views."""
        self.shown = name
        titles = {
            "funding": _("Funding"),
            "forecast": _("Forecast"),
            "reconcile": _("Reconciliation"),
        }
        marked = [f"[{titles[its]}]" if its == name else f" {titles[its]} " for its in VIEWS]
        self.query_one("#views", Said).say(" ".join(marked))
        for its in VIEWS:
            self.query_one(f"#{its}").display = its == name
        self._hint()
        self.view.take_focus()

    def _hint(self) -> None:
        """Say at the bottom what belongs into the field at the cursor."""
        view = self.view
        said = ""
        if isinstance(view, (FundingView, ForecastView)):
            said = view.hint(view.query_one(Sheet).at)
        self.query_one("#hint", Said).say(harmless(said))

    @on(Sheet.Moved)
    def _moved(self, event: Sheet.Moved) -> None:
        event.stop()
        self._hint()

    @on(Sheet.Paged)
    def _paged(self, event: Sheet.Paged) -> None:
        event.stop()
        found = self.view.query_one(".found", Pane)
        found.scroll_relative(y=event.pages * max(found.size.height - 2, 1), animate=False)

    # --- actions ---------------------------------------------------------------------------------

    def do_budget_view(self) -> None:
        """Go on to the next view."""
        self.show_view(VIEWS[(VIEWS.index(self.shown) + 1) % len(VIEWS)])

    def do_budget_table(self) -> None:
        """Look at funding otherwise."""
        if isinstance(self.view, FundingView):
            self.view.next_table()
        else:
            self.notify(_("Only funding is shown by different tables."), markup=False, timeout=3)

    def do_budget_unit(self) -> None:
        """Show amounts in the other unit."""
        unit = "yuan" if self.query_one(FundingView).unit == "wan" else "wan"
        for its in (self.query_one(FundingView), self.query_one(ForecastView)):
            its.show_unit(unit)

    def do_budget_run(self) -> None:
        """Start a forecast, or stop the one that runs."""
        if self.shown != "forecast":
            self.show_view("forecast")
        self.query_one(ForecastView).start_or_stop()

    def do_budget_open(self) -> None:
        """Choose a file of headcounts, or files of claims."""
        view = self.view
        if isinstance(view, (FundingView, ForecastView)):
            view.choose_file()

    def do_budget_results(self) -> None:
        """Go to the results, or back to the fields."""
        found = self.view.query_one(".found", Pane)
        if found.has_focus:
            self.remove_class("-read")
            self.view.take_focus()
        else:
            found.focus()

    def on_descendant_focus(self) -> None:
        self.set_class(isinstance(self.focused, Pane), "-read")

    def do_budget_remove(self) -> None:
        """Remove the row at the cursor."""
        view = self.view
        if isinstance(view, (FundingView, ForecastView)):
            view.remove_row()

    def do_budget_reset(self) -> None:
        """Go back to the published figures."""
        if self.shown == "funding":
            self.query_one(FundingView).reset()
