"""Who may do what on PostgreSQL: group roles that login roles are members of.

The database itself refuses what a role is not for, whatever program asks. The owner of the tables
administers: settings, rule packs, offices and migrations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mediaid.register.session import Register

CLERK, REVIEWER, APPROVER, AUDITOR = (
    "mediaid_clerk",
    "mediaid_reviewer",
    "mediaid_approver",
    "mediaid_auditor",
)
ROLES = (CLERK, REVIEWER, APPROVER, AUDITOR)

# Whatever changes the facts under a determination has it settled again: so all who work may add
# determinations, which decide nothing until they are approved. To lock a person's row takes the
# right to change some column of it.
_AT_WORK = {
    "INSERT": (
        "audit_event",
        "case_step",
        "decision",
        "determination",
        "determination_bill",
        "determination_line",
        "pool_use",
    ),
    "UPDATE (state)": ("aid_case",),
    "UPDATE (counts)": ("bill",),
    "UPDATE (pending_id)": ("standing",),
    "UPDATE (died_on)": ("person",),
}
_RIGHTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    CLERK: {
        "INSERT": (
            "aid_case",
            "bill",
            "bill_reversal",
            "case_counter",
            "fund_transfer",
            "identity_document",
            "kept_mapping",
            "paper",
            "payment_entry",
            "person",
            "person_period",
            "standing",
        ),
        "UPDATE (case_id)": ("bill",),
        "UPDATE (name, town, payee, account)": ("person",),
        "UPDATE (last)": ("case_counter",),
        "UPDATE (to_on)": ("person_period",),
        "UPDATE (waived, received_by, received_at)": ("paper",),
        "UPDATE (state, payee, account)": ("payment",),
    },
    REVIEWER: {},
    APPROVER: {
        "INSERT": ("approval", "fund_transfer", "payment", "payment_entry"),
        "UPDATE (state)": ("payment",),
        "UPDATE (in_force_id)": ("standing",),
    },
}

_STATES = f"""
CREATE OR REPLACE FUNCTION mediaid_may_lead_there() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE needed text := NULL;
BEGIN
    IF NEW.state = 'denied' OR (NEW.state = 'approved' AND OLD.state = 'reviewed') THEN
        needed := '{APPROVER}';
    ELSIF NEW.state = 'reviewed' THEN
        needed := '{REVIEWER}';
    END IF;
    IF needed IS NOT NULL AND NOT pg_has_role(session_user, needed, 'MEMBER') THEN
        RAISE EXCEPTION 'only a member of % may do this', needed
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$"""

_OWN_NAME = """
CREATE OR REPLACE FUNCTION mediaid_own_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) ->> TG_ARGV[0] <> session_user AND NOT pg_has_role(
        session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
    ) THEN
        RAISE EXCEPTION 'nobody acts in the name of somebody else'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$"""

_SIGNED = (
    ("audit_event", "actor"),
    ("aid_case", "accepted_by"),
    ("approval", "approved_by"),
    ("case_step", "done_by"),
    ("fund_transfer", "entered_by"),
    ("kept_mapping", "kept_by"),
    ("payment_entry", "done_by"),
)
"""Columns that name who acted, in rows that are added."""


def statements() -> Iterator[str]:
    """Return the SQL that makes the roles and gives them their rights; it may run again."""
    for role in ROLES:
        yield (
            f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    everybody = ", ".join(ROLES)
    yield f"GRANT USAGE ON SCHEMA public TO {everybody}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {everybody}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {everybody}"
    # To see names in clear is an event, also of an auditor.
    yield f"GRANT INSERT ON audit_event TO {AUDITOR}"
    for role, own in _RIGHTS.items():
        for rights in (_AT_WORK, own):
            for right, tables in rights.items():
                yield f"GRANT {right} ON {', '.join(tables)} TO {role}"
    yield _STATES
    yield _trigger("aid_case_may_lead_there", "UPDATE OF state", "aid_case",
                   "mediaid_may_lead_there()")  # fmt: skip
    yield _OWN_NAME
    for table, column in _SIGNED:
        yield _trigger(f"{table}_own_name", "INSERT", table, f"mediaid_own_name('{column}')")


def _trigger(name: str, event: str, table: str, function: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}"
    )


def make_roles(register: Register) -> None:
    """Make the roles in a PostgreSQL register; it may be done again. Raises RegisterError."""
    if register.place.path is not None:
        raise RegisterError(
            _("roles are of PostgreSQL: in a file, who may write it may do everything")
        )
    with register.write("register.roles") as work:
        for statement in statements():
            work.connection.execute(text(statement))
