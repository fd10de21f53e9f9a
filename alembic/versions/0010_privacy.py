"""Requests for correction; the three administrators kept apart by a trigger as well.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
import sqlmodel

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# A check constraint says the same of one row. The trigger says it of the person, whatever becomes of the table, and
# also when an administrator of one kind is given the post of another without having been dismissed before.
APART = """
CREATE FUNCTION staff_administrators_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    administrators CONSTANT text[] := ARRAY['system-admin', 'security-admin', 'audit-admin'];
    held text[];
BEGIN
    IF array_position(NEW.roles, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'a role without a name' USING ERRCODE = 'check_violation';
    END IF;
    SELECT array_agg(DISTINCT role) INTO held FROM (
        SELECT unnest(NEW.roles) AS role
        UNION ALL
        SELECT unnest(s.roles) FROM staff_member s WHERE s.person_id = NEW.person_id AND s.active AND NEW.active
    ) AS all_roles WHERE role = ANY (administrators);
    IF cardinality(held) > 1 THEN
        RAISE EXCEPTION 'two administrators in one hand' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
TRIGGER = """
CREATE TRIGGER staff_member_administrators_apart BEFORE INSERT OR UPDATE ON staff_member
FOR EACH ROW EXECUTE FUNCTION staff_administrators_apart();
"""


def upgrade() -> None:
    text, moment = sqlmodel.sql.sqltypes.AutoString, sa.DateTime(timezone=True)
    op.create_table(
        "data_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("department_code", text(), nullable=False),
        sa.Column(
            "about", _choice("about", "person", "contact", "register", "licence", "case"), nullable=False
        ),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("verdict", _choice("verdict", "corrected", "right", "elsewhere"), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_by_name", text(), nullable=True),
        sa.Column("answered_at", moment, nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (verdict IS NULL)", name=op.f("ck_data_correction_answer")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_data_correction_answered_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["department_code"],
            ["department.code"],
            name=op.f("fk_data_correction_department_code_department"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_data_correction_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_correction")),
    )
    op.create_index(op.f("ix_data_correction_person_id"), "data_correction", ["person_id"])
    op.create_index("ix_data_correction_queue", "data_correction", ["department_code", "due_on"])
    op.execute(APART)
    op.execute(TRIGGER)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def downgrade() -> None:
    op.execute("DROP TRIGGER staff_member_administrators_apart ON staff_member")
    op.execute("DROP FUNCTION staff_administrators_apart()")
    op.drop_table("data_correction")
