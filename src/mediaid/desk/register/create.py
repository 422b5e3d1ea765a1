"""A register created from the desk, or another one opened: what is asked, and what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mediaid.desk.choices import Choice, exact
from mediaid.desk.form import FormField
from mediaid.desk.packs import pack_choices
from mediaid.desk.register.choose import own_demonstration
from mediaid.faults import MediaidError, why_not
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

OFFICE_CODE = 12
"""Characters of an office's code at most: it begins every case number."""


def answers() -> tuple[Choice, ...]:
    """Return yes and no."""
    return (Choice("yes", "是", "yes"), Choice("no", "否", "no"))


def new_register_fields() -> tuple[FormField, ...]:
    """Return what is asked of a register that is to be created."""
    packs = tuple(Choice(its.id, its.zh, its.en) for its in pack_choices() if not its.problem)
    office = _("such as the name of the town; it stands on the cases")
    code = _("capital letters and digits, such as MH: case numbers begin with it")
    two = _("yes: who took a case in cannot approve it; no: one person does all")
    return (
        FormField("register", "台账文件", "file of the register", "text", True, (), _where()),
        FormField("office", "单位名称", "name of the office", "text", True, (), office),
        FormField("code", "单位代码", "code of the office", "text", True, (), code),
        FormField("pack", "按哪个规则包", "rule pack", "code", True, packs),
        FormField("separation", "审批须另一人", "another approver", "code", True, answers(), two),
    )


def _where() -> str:
    return _("a file on this computer; or the address of a database: postgresql://…")


def wrong_in_new(texts: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with a register to be created, by field; empty where nothing is."""
    wrong = {}
    for its in new_register_fields():
        text = texts.get(its.name, "").strip()
        if not text:
            wrong[its.name] = _("is missing: fill it in")
        elif its.choices and exact(text, its.choices) is None:
            wrong[its.name] = _("choose one of the list")
    code = texts.get("code", "").strip()
    sound = code.isascii() and code.isalnum() and code == code.upper()
    if code and not (sound and len(code) <= OFFICE_CODE):
        wrong["code"] = _("capital letters and digits, {most} at most").format(most=OFFICE_CODE)
    where = address(texts)
    if "register" not in wrong and "://" not in where and Path(where).exists():
        wrong["register"] = _("there is a file of this name: open it, or choose another name")
    return wrong


def address(texts: Mapping[str, str]) -> str:
    """Return the register's address as it was typed; a file's with its home folder."""
    where = texts.get("register", "").strip()
    return where if "://" in where else str(Path(where).expanduser())


def create(texts: Mapping[str, str]) -> str:
    """Create a register with its office and rule pack; return its address.

    Raises MediaidError; nothing is left behind then.
    """
    from mediaid.packs.load import load_pack  # noqa: PLC0415 - when one is created
    from mediaid.register.database.open import create_register  # noqa: PLC0415
    from mediaid.register.determinations.packs import adopt_pack  # noqa: PLC0415

    chosen = {
        its.name: exact(texts[its.name].strip(), its.choices)
        for its in new_register_fields()
        if its.choices
    }
    pack, separation = chosen["pack"], chosen["separation"]
    assert pack is not None
    assert separation is not None
    rules, where = load_pack(pack.code), address(texts)
    if "://" not in where:
        try:
            Path(where).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise MediaidError(
                _("the folder of {file} cannot be made ({why}): choose another").format(
                    file=where, why=why_not(error)
                )
            ) from None
    made = create_register(
        where,
        {texts["code"].strip(): texts["office"].strip()},
        separation=separation.code == "yes",
        first=lambda work: adopt_pack(work, rules),
    )
    made.close()
    return where


def demonstrate() -> str:
    """Return the address of the user's register of made-up people; it is created the first time."""
    from mediaid.register.demonstration import make_demonstration  # noqa: PLC0415

    path = own_demonstration()
    return str(path) if path.is_file() else make_demonstration(path)


def open_fields() -> tuple[FormField, ...]:
    """Return what is asked to open another register."""
    return (FormField("register", "台账", "register", "text", True, (), _where()),)


def wrong_to_open(texts: Mapping[str, str]) -> dict[str, str]:
    """Return why a register cannot be opened, by field; empty where it can."""
    from mediaid.desk.register.office import open_office  # noqa: PLC0415 - needs databases

    if not texts.get("register", "").strip():
        return {"register": _("is missing: fill it in")}
    try:
        open_office(address(texts)).close()
    except MediaidError as error:
        return {"register": error.faults[0].message}
    return {}
