"""What the pictures of the screens show: each scene types its way to it.

The snapshots (tests/test_tui_snapshots.py) and the pictures (tools/picture.py) are made from them,
the pictures in either language.
"""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from budget_support import book, minhang, rows, write
from field_files import LI, WANG, ZHAO
from mediaid.tui.screens.asking import Form
from mediaid.tui.screens.budget import BudgetPage
from mediaid.tui.screens.budget_forecast import ForecastView
from mediaid.tui.screens.case import CasePage
from mediaid.tui.screens.dialogs import Ask, Chooser, Confirm
from mediaid.tui.screens.files import FileChooser
from mediaid.tui.screens.importing import ImportPage
from mediaid.tui.screens.person import PersonPage
from mediaid.tui.screens.register import RegisterPage
from mediaid.tui.widgets.fields import ChoiceList
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.rows import Rows
from mediaid.tui.widgets.said import Said
from mediaid.tui.widgets.sheet import Sheet
from tui_support import Desk, fill

PEOPLE = (
    "证件号码,姓名,镇街,救助类别,参保类型,开始日期",
    f"{LI},李甲,样例镇,低保家庭成员,居民医保,2022-01-01",
    f"{WANG},王乙,样例镇,低收入困难家庭成员,职工医保,2023-05-01",
    f"{ZHAO},赵丙,示范镇,散居孤儿,居民医保,2023-01-01",
)
REFUSED = (
    "123,钱丁,样例镇,低保家庭成员,居民医保,2022-01-01",
    f"{WANG[:-1]}X,孙戊,样例镇,低保家庭成员,居民医保,2022-01-01",
    f"{ZHAO},周己,样例镇,困难户,居民医保,2022-01-01",
    f"{ZHAO},吴庚,样例镇,低保家庭成员,居民医保,2022年13月",
    f"{LI},,样例镇,低保家庭成员,居民医保,2022-01-01",
)
FOLDER = "/数据/闵行区/2023"
"""What is shown instead of where files lie."""


async def shown(desk: Desk, kind: type) -> None:
    """Wait for a screen or a dialog."""
    await desk.until(lambda: isinstance(desk.app.screen, kind))
    await desk.settled()


async def entry(desk: Desk) -> None:
    """A bill, with an earlier one that uses up part of the cap."""
    await fill(desk)
    await desk.keys("f6", "f7", "20230601", "enter", "enter", "150000", "f6")


async def wrong(desk: Desk) -> None:
    """An amount that cannot be read, and a list of codes that is open."""
    await fill(desk)
    await desk.keys(",00", "up", "up", "backspace", "backspace", "backspace")


async def palette(desk: Desk) -> None:
    """The commands that a few letters find."""
    await desk.keys("ctrl+p")
    await desk.until(lambda: isinstance(desk.app.screen, Chooser))
    await desk.settled()
    await desk.keys("gz")


async def policy(desk: Desk) -> None:
    """A pack on a day."""
    await desk.keys("f3")
    await desk.until(lambda: "90%" in desk.app.screen.query_one(Pane).plain)


async def compared(desk: Desk) -> None:
    """Two days side by side, and the bill at hand under both."""
    await fill(desk)
    await policy(desk)
    desk.app.screen.set_focus(desk.app.screen.query_one("#then"))
    await desk.settled()
    await desk.keys("20240101", "f7")
    pane = desk.app.screen.query_one(Pane)
    await desk.until(lambda: "7,200.00" in pane.plain and "  + " in pane.plain)


async def explained(desk: Desk) -> None:
    """The help of case entry."""
    await desk.keys("f1")
    await desk.until(lambda: desk.app.screen.query(Pane))


async def listed(desk: Desk) -> None:
    """The cases of the demonstration."""
    await desk.keys("f10")
    await desk.until(lambda: isinstance(desk.app.screen, RegisterPage))
    rows = desk.app.screen.query_one(Rows)
    await desk.until(lambda: rows.count and rows.texts(rows.count - 1) is not None)


async def opened(desk: Desk) -> None:
    """One of them."""
    await listed(desk)
    await desk.keys("enter")
    await desk.until(lambda: isinstance(desk.app.screen, CasePage))
    await desk.until(lambda: "SF" in desk.app.screen.query_one(Pane).plain)


async def year(desk: Desk) -> None:
    """The year of its person."""
    await opened(desk)
    await desk.keys("f6")
    await desk.until(lambda: isinstance(desk.app.screen, PersonPage))
    await desk.until(lambda: desk.app.screen.query_one(Pane).plain)


async def found(desk: Desk) -> None:
    """A person found while typing, in case entry."""
    await desk.keys("赵")
    await desk.until(lambda: desk.page.query_one(ChoiceList).display)


async def papers(desk: Desk) -> None:
    """What is asked before a case is submitted."""
    await found(desk)
    await desk.keys("enter")
    await desk.until(lambda: desk.entry.standing is not None)
    await desk.settled()
    await desk.keys("20230501", "enter", "zy", "enter", "8000", "enter", "示范医院", "enter", "A1")
    await desk.keys("ctrl+s")
    await desk.until(lambda: isinstance(desk.app.screen, Form))


async def new_register(desk: Desk) -> None:
    """What is asked of a register that is to be created; where it is kept is blotted out."""
    await desk.keys("f10")
    await desk.until(lambda: isinstance(desk.app.screen, Chooser))
    await desk.settled()
    await desk.keys("enter")
    await desk.until(lambda: isinstance(desk.app.screen, Form))
    await desk.settled()
    await desk.keys("shift+tab", *["backspace"] * 200, "tz.db", "tab", "某镇")


async def importing(desk: Desk) -> None:
    """The screen that takes in files."""
    await desk.keys("ctrl+l")
    await desk.until(lambda: isinstance(desk.app.screen, ImportPage))


async def choosing(desk: Desk) -> None:
    """The dialog that asks for a file."""
    await importing(desk)
    with tempfile.TemporaryDirectory() as folder:
        sizes = {"人员名册.csv": 48_211, "单据-2022.xlsx": 9_120_385, "说明.txt": 9}
        for name, size in sizes.items():
            Path(folder, name).write_bytes(bytes(size))
        for name in ("2022", "归档"):
            Path(folder, name).mkdir()
        page = desk.app.screen
        assert isinstance(page, ImportPage)
        page.sheet.file = Path(folder, "x.csv")
        await desk.keys("ctrl+o")
        await shown(desk, FileChooser)
        dialog = desk.app.screen
        assert isinstance(dialog, FileChooser)
        await desk.until(lambda: dialog.listing.entries)
    await desk.settled()
    dialog.query_one("#folder", Said).say(FOLDER)
    await desk.keys("down", "down")


async def tried(desk: Desk, *more: str) -> None:
    """A file of people, tried."""
    await importing(desk)
    page = desk.app.screen
    assert isinstance(page, ImportPage)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "人员名册.csv")
        file.write_text("\n".join([*PEOPLE, *more, ""]), encoding="utf-8-sig")
        page.sheet.file = file
        await desk.keys("f8")
        await desk.until(lambda: page.tried)
    await desk.settled()
    page.sheet.file = Path(FOLDER, file.name)
    page.sheet.texts["register"] = f"{FOLDER}/台账.db"
    page.query_one(Sheet).go("register")
    page.draw()


async def refused(desk: Desk) -> None:
    """A file with rows that cannot be taken in, and the cursor on one of them."""
    await tried(desk, *REFUSED)
    await desk.keys("f4")
    await desk.keys("down")


async def to_take_in(desk: Desk) -> None:
    """What is asked before a file is taken in."""
    await tried(desk)
    await desk.keys("f9")
    await shown(desk, Confirm)


async def funding(desk: Desk) -> None:
    """What the published headcounts cost, and who pays."""
    await desk.keys("ctrl+g")
    await desk.until(lambda: isinstance(desk.app.screen, BudgetPage))
    await desk.until(lambda: "112,964,530.00" in desk.shown())


async def reconciled(desk: Desk) -> None:
    """The published budget held against arithmetic."""
    await funding(desk)
    await desk.keys("f6", "f6")


async def to_forecast(desk: Desk, folder: Path) -> ForecastView:
    """Claims of three years chosen, and the day they were taken on filled in."""
    await funding(desk)
    view = desk.app.screen.query_one(ForecastView)
    assert view.sheet is not None
    await desk.keys("f6")
    every = rows(book(persons=300), minhang())
    for year in ("2021", "2022", "2023"):
        write(folder / f"claims-{year}.csv", [row for row in every if row[2].startswith(year)])
    view.sheet.add(folder)
    view.draw()
    await desk.keys("20230831")
    return view


async def forecast_asked(desk: Desk) -> None:
    """What a forecast is made from."""
    with tempfile.TemporaryDirectory() as folder:
        await to_forecast(desk, Path(folder))


async def forecast(desk: Desk) -> None:
    """What the year may come to."""
    with tempfile.TemporaryDirectory() as folder:
        view = await to_forecast(desk, Path(folder))
        await desk.keys("f8")
        await desk.until(lambda: view.result)
    await desk.settled()
    await desk.keys("f4")


async def other_pack(desk: Desk) -> None:
    """Two packs side by side."""
    await policy(desk)
    await desk.keys("f6")
    await shown(desk, Chooser)
    await desk.keys("xihu", "enter")
    await desk.until(lambda: "xihu" in desk.app.screen.query_one(Pane).plain)


async def tried_bill(desk: Desk) -> None:
    """A bill tried under a pack."""
    await policy(desk)
    desk.app.screen.set_focus(desk.app.screen.query_one("#bill"))
    await desk.settled()
    await desk.keys("dibao inpatient resident 8000")
    pane = desk.app.screen.query_one(Pane)
    await desk.until(lambda: "7,200.00" in pane.plain)


async def packs(desk: Desk) -> None:
    """The packs there are."""
    await desk.keys("f5")
    await shown(desk, Chooser)


async def readings(desk: Desk) -> None:
    """Readings to choose from where the documents are unclear."""
    await desk.keys("ctrl+r")
    await shown(desk, Chooser)


async def no_register(desk: Desk) -> None:
    """What is asked where no register is open."""
    await desk.keys("f10")
    await shown(desk, Chooser)


async def kept(desk: Desk) -> None:
    """The drafts that wait."""
    await fill(desk)
    await desk.keys("ctrl+n")
    await desk.until(lambda: desk.entry.case.blank)
    await desk.settled()
    await desk.keys("P2", "ctrl+o")
    await shown(desk, Chooser)


async def new_person(desk: Desk) -> None:
    """A person who is not in the register."""
    await desk.keys("某丙")
    await desk.until(lambda: desk.page.query_one(ChoiceList).display)
    await desk.keys("enter")
    await shown(desk, Form)
    await desk.keys(LI, "enter", "某镇", "enter", "dibao", "enter", "resident", "enter")
    await desk.keys("2023-02-30", "enter")


async def narrowed(desk: Desk) -> None:
    """Cases of one state, some of them selected."""
    await listed(desk)
    await desk.keys("f4")
    await shown(desk, Chooser)
    await desk.keys("state=reviewed", "enter")
    await shown(desk, RegisterPage)
    page = desk.app.screen
    await desk.until(lambda: page.ledger.wanted.state and page.ledger.counted)  # type: ignore[attr-defined]
    await desk.settled()
    await desk.keys("space", "space")


async def narrowing(desk: Desk) -> None:
    """What cases can be filtered by."""
    await listed(desk)
    await desk.keys("f4")
    await shown(desk, Chooser)


async def approving(desk: Desk) -> None:
    """What is asked before cases are approved."""
    await narrowed(desk)
    await desk.keys("f7")
    await shown(desk, Confirm)


async def deciding(desk: Desk) -> None:
    """What can be done with a case."""
    await opened(desk)
    await desk.keys("f9")
    await shown(desk, Chooser)


async def denying(desk: Desk) -> None:
    """Why a case is denied."""
    await deciding(desk)
    await desk.keys("deny", "enter")
    await shown(desk, Ask)


async def revealing(desk: Desk) -> None:
    """What is asked before names are shown in clear."""
    await opened(desk)
    await desk.keys("ctrl+d")
    await shown(desk, Confirm)


Scenes = dict[str, Callable[[Desk], Awaitable[None]]]
SCENES: Scenes = {
    "entry": entry,
    "entry-wrong": wrong,
    "entry-drafts": kept,
    "palette": palette,
    "packs": packs,
    "readings": readings,
    "policy": policy,
    "policy-tried": tried_bill,
    "policy-compared": compared,
    "policy-packs": other_pack,
    "help": explained,
    "import": importing,
    "import-choose": choosing,
    "register-choose": no_register,
    "register-new": new_register,
    "budget": funding,
    "budget-forecast-asked": forecast_asked,
    "budget-forecast": forecast,
    "budget-reconciled": reconciled,
}
ON_THE_DEMONSTRATION: Scenes = {
    "entry-found": found,
    "entry-person": new_person,
    "entry-papers": papers,
    "register": listed,
    "register-filter": narrowing,
    "register-selected": narrowed,
    "register-approve": approving,
    "case": opened,
    "case-act": deciding,
    "case-deny": denying,
    "case-reveal": revealing,
    "person": year,
    "import-tried": tried,
    "import-refused": refused,
    "import-take": to_take_in,
}
"""Scenes that are played on the register of made-up people."""
ALL: Scenes = {**SCENES, **ON_THE_DEMONSTRATION}
PLAYED = {
    "entry-drafts", "packs", "readings", "policy-tried", "policy-packs", "register-choose",
    "register-filter", "register-approve", "case-act", "case-deny", "case-reveal", "import-take",
    "budget-forecast-asked", "budget-forecast",
}  # fmt: skip
"""Scenes of which no text is kept: dialogs that are like others, and what differs by the day."""
