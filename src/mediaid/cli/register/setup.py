"""`mediaid register init`, adopt, separation, upgrade."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from typing import Annotated

import typer

from mediaid.cli.options import DEFAULT_PACK, Overlay, PackOption, Readings
from mediaid.cli.register.common import AsJson, Where, change, need_libraries, open_it, show
from mediaid.i18n import gettext as _


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("init", help=_("Create a register."))(init)
    app.command("adopt", help=_("Decide by a rule pack from now on."))(adopt)
    app.command("separation", help=_("Whether approver and acceptor must be two persons."))(
        separation
    )
    app.command("roles", help=_("On PostgreSQL: make the roles of an office, with their rights."))(
        roles
    )
    app.command("demo", help=_("Create a register with made-up people, to try the interface on."))(
        demo
    )
    app.command("upgrade", help=_("Bring a register of an older program up to date."))(upgrade)


def init(
    office: Annotated[
        list[str],
        typer.Option(
            "--office",
            metavar="CODE=NAME",
            help=_("An office; its code begins the case numbers. Repeatable."),
            show_default=False,
        ),
    ],
    register: Where = "",
    pack: PackOption = DEFAULT_PACK,
    reading: Readings = None,
    overlay: Overlay = None,
    one_person: Annotated[
        bool,
        typer.Option("--one-person", help=_("Who accepts may approve; the audit says so.")),
    ] = False,
    as_json: AsJson = False,
) -> None:
    need_libraries()
    from mediaid.packs.load import load_pack
    from mediaid.register.database.open import create_register
    from mediaid.register.determinations.packs import adopt_pack

    rules = load_pack(pack, readings=reading or (), overlay=overlay)
    made = create_register(
        register,
        _offices(office),
        separation=not one_person,
        first=lambda work: adopt_pack(work, rules),
    )
    made.close()
    show(
        {"register": str(made.place), "pack": rules.id, "hash": rules.hash},
        [_("created: {register}, deciding by {pack}").format(register=made.place, pack=rules.id)],
        as_json,
    )


def _offices(pairs: list[str]) -> dict[str, str]:
    import re

    from mediaid.faults import Fault, RegisterError, visible

    offices: dict[str, str] = {}
    for pair in pairs:
        code, equals, name = pair.partition("=")
        if not equals or not re.fullmatch(r"[A-Z0-9]{1,12}", code) or code in offices:
            raise RegisterError(
                Fault(
                    f"--office {visible(pair)}",
                    _("write CODE=NAME, the code of capital letters and digits, each code once"),
                )
            )
        offices[code] = name.strip() or code
    return offices


def demo(register: Where = "", as_json: AsJson = False) -> None:
    need_libraries()
    from mediaid.register.demonstration import make_demonstration

    place = make_demonstration(register or None)
    show(
        {"register": place},
        [_("created with made-up people: {register}").format(register=place)],
        as_json,
    )


def adopt(
    pack: Annotated[str, typer.Argument(metavar="ID|DIR", help=_("Id or folder of the pack."))],
    register: Where = "",
    reading: Readings = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    from mediaid.packs.load import load_pack

    rules = load_pack(pack, readings=reading or (), overlay=overlay)
    with change(register, "pack.adopt") as work:
        from mediaid.register.determinations.packs import adopt_pack

        adopt_pack(work, rules)
    show(
        {"pack": rules.id, "hash": rules.hash},
        [_("deciding by {pack} from now on; {hash}").format(pack=rules.id, hash=rules.hash)],
        as_json,
    )


def separation(
    state: Annotated[str, typer.Argument(metavar="on|off", help=_("Two persons, or one."))],
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    from mediaid.faults import RegisterError

    if state not in ("on", "off"):
        raise RegisterError(_("say on or off"))
    with change(register, "register.separation") as work:
        from mediaid.register.workflow.separation import switch

        switch(work, state == "on")
    said = (
        _("approver and acceptor must be two persons")
        if state == "on"
        else _("who accepts may approve from now on; each such approval is marked")
    )
    show({"separation": state}, [said], as_json)


def upgrade(register: Where = "", as_json: AsJson = False) -> None:
    need_libraries()
    from mediaid.register.database.open import upgrade_register

    before, after = upgrade_register(register)
    said = _("schema {before} → {after}").format(before=before, after=after)
    show({"before": before, "after": after}, [said], as_json)


def roles(register: Where = "", as_json: AsJson = False) -> None:
    with open_it(register) as opened:
        from mediaid.register.database.roles import ROLES, make_roles

        make_roles(opened)
    show({"roles": list(ROLES)}, [_("made: {roles}").format(roles=", ".join(ROLES))], as_json)
