"""A version of a form that is in use never changes

Revision ID: 0006
Revises: 0005
"""
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

NAME = "documentdefinition_immutable"
CONTENT = ("key", "version", "kind", "title", "questionnaire", "markdown", "pdf")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in CONTENT)
        op.execute(
            f"CREATE TRIGGER {NAME} BEFORE UPDATE ON documentdefinition "
            f"WHEN OLD.status <> 'draft' AND (NEW.status = 'draft' OR {changed}) "
            f"BEGIN SELECT RAISE(ABORT, '{NAME}'); END"
        )
        return
    changed = " OR ".join(
        f"NEW.{name}::text IS DISTINCT FROM OLD.{name}::text" for name in CONTENT
    )
    op.execute(
        f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF OLD.status <> 'draft' AND (NEW.status = 'draft' OR {changed}) THEN "
        f"RAISE EXCEPTION '{NAME}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {NAME} BEFORE UPDATE ON documentdefinition "
        f"FOR EACH ROW EXECUTE FUNCTION {NAME}()"
    )


def downgrade() -> None:
    on = "" if op.get_bind().dialect.name == "sqlite" else " ON documentdefinition"
    op.execute(f"DROP TRIGGER {NAME}{on}")
    if on:
        op.execute(f"DROP FUNCTION {NAME}()")
