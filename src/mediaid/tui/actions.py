"""The registry of actions: footer, command palette, help and keys are all made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.desk.choices import Choice
from mediaid.i18n import language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ANYWHERE = ""


@dataclass(frozen=True)
class Action:
    """Something the user can do: its id, key, names, and what it does in a sentence.

    `screen` names the screens where it can be done, by spaces (ANYWHERE: on each). Screens may
    use a key each for its own. `footer`: shown at the bottom.
    """

    id: str
    key: str
    zh: str
    en: str
    does_zh: str
    does_en: str
    screen: str = ANYWHERE
    footer: bool = False

    def is_on(self, screen: str) -> bool:
        """Whether it can be done on a screen."""
        return self.screen == ANYWHERE or screen in self.screen.split()

    @property
    def name(self) -> str:
        """The name in the user's language."""
        return self.zh if language() == "zh" else self.en

    @property
    def does(self) -> str:
        """What it does, in the user's language."""
        return self.does_zh if language() == "zh" else self.does_en

    @property
    def choice(self) -> Choice:
        """The action as something that can be chosen by typing."""
        return Choice(self.id, self.zh, self.en)


ACTIONS: tuple[Action, ...] = (
    Action(
        "help", "f1", "帮助", "Help",
        "这个屏幕上能做什么、用哪个键。", "What can be done on this screen, and by which key.",
        footer=True,
    ),
    Action(
        "show_entry", "f2", "录入", "Case entry",
        "录入一个人的单据，随时看到结果。", "Enter a person's bills and see the result at once.",
    ),
    Action(
        "show_policy", "f3", "政策", "Policy",
        "查看规则包：数值、依据、读法。", "Look at rule packs: values, sources, readings.",
    ),
    Action(
        "show_budget", "ctrl+g", "预算", "Budget",
        "资金需求、救助预测、公布预算的核对。",
        "Funding need, forecast of aid, the published budget checked.",
    ),
    Action(
        "show_import", "ctrl+l", "导入", "Import",
        "从文件导入人员或单据，先试算再登记。",
        "Take people or bills in from a file: tried first, then kept.",
    ),
    Action(
        "show_register", "f10", "台账", "Register",
        "查找、打开个案，审核、审批、发放。", "Find and open cases; review, approve, pay.",
    ),
    Action(
        "register_open", "ctrl+e", "换台账", "Other register",
        "新建台账，打开另一个台账，或打开示范台账。",
        "Create a register, open another one, or open the demonstration.",
    ),
    Action(
        "submit", "ctrl+s", "提交", "Submit",
        "把这个个案提交审核，先要确认；没有打开台账时，把草稿写到磁盘。",
        "Hand this case to the reviewer, after asking; without a register, save the draft.",
        "entry", footer=True,
    ),
    Action(
        "save", "ctrl+k", "存草稿", "Save",
        "把草稿写到磁盘；不按也会随时自动保存。",
        "Write the draft to disk; it is kept while you type anyway.",
        "entry",
    ),
    Action(
        "open", "enter", "打开", "Open",
        "打开光标所在的个案。", "Open the case at the cursor.",
        "register", footer=True,
    ),
    Action(
        "select", "space", "选中", "Select",
        "选中光标所在的个案，或不再选中；选中的可以一起办理。",
        "Select the case at the cursor, or no longer; those selected are dealt with together.",
        "register", footer=True,
    ),
    Action(
        "forward", "f7", "下一步", "Next step",
        "把选中的个案（未选时为光标所在的）推进一步：提交、审核、审批、发放或备案，先要确认。",
        "Take the selected cases, or the one at the cursor, one step on, after asking.",
        "register case", footer=True,
    ),
    Action(
        "act", "f9", "办理", "Do",
        "选择要办的事：退回补正、不予救助、撤销等，先要确认。",
        "Choose what to do: send back, deny, withdraw and so on, after asking.",
        "register case", footer=True,
    ),
    Action(
        "filter", "f4", "筛选", "Filter",
        "按状态、街镇、救助类别、受理月份筛选。",
        "Show only a state, a town, a category or a month.",
        "register", footer=True,
    ),
    Action(
        "person", "f6", "此人", "Person",
        "查看此人各年的单据、救助和累计。", "Look at the person's years: bills, aid, pools.",
        "register case", footer=True,
    ),
    Action(
        "select_all", "f8", "全选", "All",
        "选中筛选出的全部个案。", "Select all cases that are shown.",
        "register", footer=True,
    ),
    Action(
        "correct", "f4", "补正", "Correct",
        "把受理中或退回补正的个案放回录入。",
        "Take a case that is open for entry back into case entry.",
        "case", footer=True,
    ),
    Action(
        "take_back", "escape", "取消", "Take back",
        "停止正在办的事；否则依次去掉选中、查找、筛选，最后回到录入。",
        "Stop what is being done; else take back selection, text and filters, then leave.",
        "register",
    ),
    Action(
        "back", "escape", "返回", "Back",
        "回到前一个屏幕。", "Go back to the screen before.",
        "case person help", footer=True,
    ),
    Action(
        "reveal", "ctrl+d", "明文", "In clear",
        "显示姓名和号码明文，先要确认，并记入审计；再按一次恢复遮蔽。",
        "Show names and numbers in clear, after asking, noted in the audit; again: masked.",
        "register case person", footer=True,
    ),
    Action(
        "new", "ctrl+n", "下一件", "Next case",
        "留下这份草稿，开始录入下一件。", "Keep this draft and begin the next case.",
        "entry", footer=True,
    ),
    Action(
        "discard", "f9", "删草稿", "Discard",
        "删除屏幕上的这份草稿，先要确认。", "Delete the draft on the screen, after asking.",
        "entry",
    ),
    Action(
        "earlier", "f6", "往期/本次", "Past/this",
        "把这张单据记为往期（只作本年累计）或本次。",
        "Count this bill as an earlier one (history only) or as one of this case.",
        "entry", footer=True,
    ),
    Action(
        "undo", "ctrl+z", "撤销", "Undo",
        "撤销上一步录入。", "Take back the last entry.",
        "entry", footer=True,
    ),
    Action(
        "drafts", "ctrl+o", "草稿", "Drafts",
        "打开以前留下的草稿。", "Open a draft that was kept.",
        "entry", footer=True,
    ),
    Action(
        "redo", "ctrl+y", "重做", "Redo",
        "恢复刚撤销的录入。", "Do again what was taken back.",
        "entry",
    ),
    Action(
        "repeat", "f7", "同上", "Repeat",
        "在下面加一张单据，除日期和金额外与这张相同。",
        "Add a bill below that is like this one but for date and amounts.",
        "entry",
    ),
    Action(
        "remove", "f8", "删单据", "Remove",
        "删除光标所在的单据；可以撤销。", "Remove the bill at the cursor; can be undone.",
        "entry",
    ),
    Action(
        "explanation", "f4", "看说明", "Explanation",
        "到说明里上下翻看；再按一次回到录入。",
        "Go to the explanation to scroll it; again: back to the form.",
        "entry",
    ),
    Action(
        "budget_view", "f6", "换页", "Next page",
        "在资金、预测、核对之间切换。", "Go on to funding, forecast or reconciliation.",
        "budget", footer=True,
    ),
    Action(
        "budget_table", "f7", "换表", "Table",
        "资金：按承担方、按单位、按季度、按月。",
        "Funding by payer, by place, by quarter or by month.",
        "budget", footer=True,
    ),
    Action(
        "budget_run", "f8", "预测/停止", "Run/stop",
        "开始预测；再按一次停止。", "Start the forecast; again: stop it.",
        "budget", footer=True,
    ),
    Action(
        "budget_open", "ctrl+o", "选文件", "Files",
        "资金：从文件读入人数；预测：选择单据文件。",
        "Funding: read headcounts from a file. Forecast: choose files of claims.",
        "budget", footer=True,
    ),
    Action(
        "budget_unit", "ctrl+u", "元/万元", "Unit",
        "金额以元或万元显示；以万元显示的资金表，行列合计仍然相符。",
        "Show amounts in yuan or in 10,000 yuan; tables of funding still add up.",
        "budget", footer=True,
    ),
    Action(
        "budget_results", "f4", "看结果", "Results",
        "到结果里上下翻看；再按一次回到填写处。",
        "Go to the results to scroll them; again: back to the fields.",
        "budget",
    ),
    Action(
        "budget_remove", "f9", "删一行", "Remove row",
        "删除光标所在的单位或文件。", "Remove the place or the file at the cursor.",
        "budget",
    ),
    Action(
        "budget_reset", "ctrl+d", "公布数", "Published",
        "改回公布的人数，去掉各项假定，先要确认。",
        "Go back to the published headcounts, with nothing assumed, after asking.",
        "budget",
    ),
    Action(
        "import_open", "ctrl+o", "选文件", "File",
        "选择要导入的文件。", "Choose the file to be taken in.",
        "import", footer=True,
    ),
    Action(
        "import_try", "f8", "试算/停止", "Try/stop",
        "读文件并说明导入会怎样，不作任何改动；再按一次停止。",
        "Read the file and say what would come of it, changing nothing; again: stop.",
        "import", footer=True,
    ),
    Action(
        "import_take", "f9", "导入", "Take in",
        "确认后全部登记；有一行不能登记就一行也不登记。",
        "After asking, take all of it in, or nothing.",
        "import", footer=True,
    ),
    Action(
        "import_save", "ctrl+k", "存各行", "Save rows",
        "把未导入各行的行号和原因存为文件。",
        "Save the rows that are not taken in, with their reasons, to a file.",
        "import", footer=True,
    ),
    Action(
        "import_rows", "f4", "看各行", "Rows",
        "到未导入的各行里翻看；再按一次回到填写处。",
        "Go to the rows that are not taken in; again: back to the fields.",
        "import", footer=True,
    ),
    Action(
        "policy_other", "f6", "比另一包", "Other pack",
        "与另一个规则包并排比较；同一天或另一天。",
        "Put another pack beside this one, on the same day or another.",
        "policy", footer=True,
    ),
    Action(
        "policy_case", "f7", "试本案", "Try case",
        "用录入屏幕上光标所在的单据试算；可以改。",
        "Try the bill at the cursor of case entry; it can be changed here.",
        "policy", footer=True,
    ),
    Action(
        "policy_alone", "f8", "只看一份", "One alone",
        "去掉比较和试算，只看这个规则包。", "Leave comparison and trial, and show this pack alone.",
        "policy", footer=True,
    ),
    Action(
        "policy_text", "f4", "看条文", "Text",
        "到条文里上下翻看；再按一次回到填写处。",
        "Go to the text to scroll it; again: back to the fields.",
        "policy", footer=True,
    ),
    Action(
        "pack", "f5", "规则包", "Rule pack",
        "换一个规则包。", "Choose another rule pack.",
    ),
    Action(
        "readings", "ctrl+r", "读法", "Readings",
        "文件没写清的地方，选择按哪种读法计算。",
        "Where the documents are unclear, choose the reading to reckon by.",
    ),
    Action(
        "palette", "ctrl+p", "命令", "Commands",
        "按名称或拼音首字母找到任何操作。", "Find any action by its name or pinyin initials.",
        footer=True,
    ),
    Action(
        "theme", "ctrl+t", "主题", "Theme",
        "换一种颜色。", "Choose other colours.",
    ),
    Action(
        "language", "f12", "English", "中文",
        "改用英文界面。", "Use the interface in Chinese.",
    ),
    Action(
        "quit", "ctrl+q", "退出", "Quit",
        "退出；没录完的草稿下次打开时还在。",
        "Leave; the draft that is not finished is there again the next time.",
        footer=True,
    ),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}


def on(screen: str) -> list[Action]:
    """Return what can be done on a screen: its own actions first, then those of each screen."""
    own = [action for action in ACTIONS if action.screen and action.is_on(screen)]
    return own + [action for action in ACTIONS if action.screen == ANYWHERE]


def keymap(changed: Mapping[str, str]) -> dict[str, str]:
    """Return each action's key by its id: the user's own where it is free, else the usual one."""
    keys = {action.id: action.key for action in ACTIONS}
    for name, key in changed.items():
        if name in keys and key and not _taken(name, key, keys):
            keys[name] = key
    return keys


def _taken(name: str, key: str, keys: Mapping[str, str]) -> bool:
    """Whether a key calls another action on a screen where this one can be done."""
    wanted = BY_ID[name]
    return any(
        keys[its.id] == key
        and its.id != name
        and (
            ANYWHERE in (its.screen, wanted.screen)
            or set(its.screen.split()) & set(wanted.screen.split())
        )
        for its in ACTIONS
    )


def key_name(key: str) -> str:
    """Return a key as it is shown: F1, ^S."""
    if key.startswith("ctrl+") and len(key) == 6:
        return "^" + key[-1].upper()
    if key == "escape":
        return "Esc"
    return "+".join(part.capitalize() for part in key.split("+"))


def footer_of(screen: str) -> Iterable[Action]:
    """Return what a screen's footer shows, in its order."""
    return [action for action in on(screen) if action.footer]
