"""政策: a rule pack in words on a day, beside another day or pack, with a bill tried under both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from mediaid.desk.choices import Choice
from mediaid.i18n import gettext as _
from mediaid.tui.comparing import difference_lines, trial_lines, trial_reasons
from mediaid.tui.lines import Line, policy_lines
from mediaid.tui.screens.dialogs import Chooser
from mediaid.tui.screens.page import Page
from mediaid.tui.text import content, harmless
from mediaid.tui.widgets.line import LineInput
from mediaid.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

FIELDS = ("day", "then", "bill")


class DayField(LineInput):
    """A date; full-width digits are put right as they are typed."""

    def validate_value(self, value: str) -> str:
        """Take in digits and signs in plain ASCII."""
        from mediaid.money import plain  # noqa: PLC0415

        value = super().validate_value(value)
        return value if value.isascii() else plain(value)


@dataclass(frozen=True)
class Asked:
    """What is asked for: texts as typed, pack B's id (empty: the same pack), cells to fill."""

    day: str
    then: str
    bill: str
    other: str
    width: int


@dataclass(frozen=True)
class Answer:
    """What came of it: lines, the day that was taken for A, and what is wrong with a day."""

    title: str = ""
    lines: list[Line] = field(default_factory=list)
    day: str = ""
    wrong: str = ""


class PolicyPage(Page):
    """A pack on a day, by itself or beside another. Pack A and readings are those of the desk."""

    page = "policy"
    DEFAULT_CSS = """
    PolicyPage .asked { height: 1; background: $surface; }
    PolicyPage .asked .name { width: auto; padding: 0 1; }
    PolicyPage DayField { width: 12; }
    PolicyPage LineInput { background: $boost; }
    PolicyPage LineInput:focus { background: $primary 35%; }
    PolicyPage #bill { width: 1fr; margin: 0 1 0 0; }
    PolicyPage #other { width: 1fr; padding: 0 1; color: $text-muted; }
    PolicyPage #wrong {
        display: none; height: auto; max-height: 3; color: $text-error; padding: 0 1;
        background: $surface;
    }
    PolicyPage #policy { height: 1fr; padding: 0 1; }
    """

    class Answered(Message):
        """What was asked for is there."""

        def __init__(self, asked: Asked, answer: Answer) -> None:
            super().__init__()
            self.asked = asked
            self.answer = answer

    def __init__(self) -> None:
        super().__init__()
        self.other = ""
        """The id of pack B; empty: the same pack."""
        self._dated = False
        """Whether the day has been filled in once: after that it is the user's."""
        self._at = "day"

    def parts(self) -> ComposeResult:
        """Place the fields and the text."""
        with Horizontal(classes="asked"):
            yield Static(_("On the day"), classes="name", markup=False)
            yield DayField(compact=True, id="day", select_on_focus=False)
            yield Static(_("beside"), classes="name", markup=False)
            yield DayField(
                compact=True, id="then", select_on_focus=False, placeholder=_("another day")
            )
            yield Static("", id="other", markup=False)
        with Horizontal(classes="asked"):
            yield Static(_("Try a bill"), classes="name", markup=False)
            yield LineInput(
                compact=True,
                id="bill",
                select_on_focus=False,
                placeholder=_("such as: dibao inpatient resident 8000"),
            )
        yield Static("", id="wrong", markup=False)
        yield Pane(id="policy")

    def on_mount(self) -> None:
        self.query_one(Pane).focus()

    def on_screen_resume(self) -> None:
        self.load()

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self.load)

    @property
    def asked(self) -> Asked:
        """What is asked for now."""
        day, then, bill = (self.query_one(f"#{name}", Input).value.strip() for name in FIELDS)
        return Asked(day, then, bill, self.other, max(self.query_one(Pane).size.width - 3, 20))

    def load(self) -> None:
        """Show what is asked for."""
        self._load(self.asked)

    @work(thread=True, exclusive=True, group="load", exit_on_error=False)
    def _load(self, asked: Asked) -> None:
        try:
            answer = answer_of(asked, *self.desk_app.rules())
        except Exception as error:
            self.app.call_from_thread(self.desk_app.report, error)
            return
        self.post_message(self.Answered(asked, answer))

    @on(Answered)
    def _show(self, event: Answered) -> None:
        if event.asked != self.asked:
            return  # something else is asked for by now
        answer = event.answer
        wrong = self.query_one("#wrong", Static)
        wrong.update(content(f"▲ {answer.wrong}"))
        wrong.display = bool(answer.wrong)
        if answer.wrong:
            return
        self.say(answer.title)
        self.query_one("#other", Static).update(content(self.other))
        self.query_one("#policy", Pane).show(answer.lines)
        if not self._dated and not event.asked.day:
            self._dated = True
            day = self.query_one("#day", Input)
            day.value = answer.day
            day.cursor_position = len(answer.day)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._at = event.input.id or "day"
        if event.input.id == "bill" or not event.value or len(event.value.strip()) >= 8:
            self.load()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#policy", Pane).focus()

    # --- actions ---------------------------------------------------------------------------------

    def do_policy_text(self) -> None:
        """Go to the text, or back to the fields."""
        pane = self.query_one("#policy", Pane)
        self.query_one(f"#{self._at}").focus() if pane.has_focus else pane.focus()

    def do_policy_case(self) -> None:
        """Try the bill at the cursor of case entry."""
        line = self.desk_app.bill_at_hand()
        if not line:
            self.notify(_("There is no bill in case entry yet: write one here."), markup=False)
        bill = self.query_one("#bill", LineInput)
        bill.value = line or bill.value
        bill.cursor_position = len(bill.value)
        bill.focus()

    def do_policy_alone(self) -> None:
        """Show this pack alone again."""
        self.other = ""
        for name in ("then", "bill"):
            self.query_one(f"#{name}", Input).value = ""
        self.load()

    @work
    async def do_policy_other(self) -> None:
        """Choose the pack to put beside this one."""
        import asyncio  # noqa: PLC0415

        from mediaid.desk.packs import pack_choices  # noqa: PLC0415

        packs = await asyncio.to_thread(pack_choices)
        notes = {pack.id: pack.problem or pack.confirmed for pack in packs}
        choices = [Choice(pack.id, pack.zh, pack.en) for pack in packs]
        chosen = await self.app.push_screen_wait(
            Chooser(_("Pack to compare with"), choices, notes=notes, chosen=self.other)
        )
        if chosen is not None:
            name, readings = self.desk_app.rules()
            self.other = "" if chosen == name and not readings else chosen
            self.load()


def answer_of(asked: Asked, name: str, readings: dict[str, str]) -> Answer:
    """Work out what is asked for; takes a while where a pack is loaded for the first time."""
    from mediaid.desk import packs  # noqa: PLC0415 - loads numpy and pydantic
    from mediaid.desk.trial import try_bill  # noqa: PLC0415

    one = packs.pack_of(name, readings)
    two = packs.pack_of(asked.other, {}) if asked.other else one
    try:
        day = packs.read_day(asked.day) if asked.day else packs.first_day(one)
        other = packs.read_day(asked.then) if asked.then else day
    except ValueError as error:
        return Answer(wrong=harmless(str(error)))
    both = bool(asked.then or asked.other)
    lines: list[Line] = []
    sides = [(one, day), (two, other)] if both else [(one, day)]
    tried = [try_bill(asked.bill, pack, its) for pack, its in sides] if asked.bill else []
    if tried:
        lines += [*trial_lines(tried, asked.width), Line("")]
    if both:
        names = [
            _("{title}, on {day}").format(title=packs.title(pack), day=its) for pack, its in sides
        ]
        found = packs.compared(one, day, two, other)
        lines += difference_lines(names[0], names[1], found, asked.width)
    else:
        lines += policy_lines(packs.policy(one, day))
    lines += trial_reasons(tried)
    return Answer(packs.title(one), lines, str(day))
