"""The hub: what speed asks of its tables. A call is counted by one function, on what it was judged by and nothing newer.

Revision ID: 0021
Revises: 0020
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SEALED = ("request_jws", "answer_jws", "question_jws", "reply_jws")

# A row's version is where it lies and who wrote it: any change, and any new writing of it, gives another one.
VERSION = """
CREATE FUNCTION hub_version(written xid, place tid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT written::text || place::text $$;
"""

# True: counted, and its nonce remembered. False: nothing was done, because something is not as it was judged by, the
# message or the call came before, or the contract is used up; who asked finds out which by the longer way.
# The grant need not reach the disk by itself: no answer leaves before the end of the use has, and that carries it along.
TAKE_UP = """
CREATE FUNCTION hub_take_up(
    key_name text, key_seen text, contract_name text, contract_seen text, resource_seen text,
    case_name text, case_seen text, by_party text, by_consumer text, once text, try integer,
    remembered_until timestamptz, this_minute timestamptz, this_day timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    terms record;
BEGIN
    SELECT c.per_minute, c.per_day, c.resource INTO terms FROM hub_contract c
        WHERE c.number = contract_name AND hub_version(c.xmin, c.ctid) = contract_seen FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM FROM hub_party_key k, hub_resource r, hub_case h
        WHERE k.kid = key_name AND hub_version(k.xmin, k.ctid) = key_seen
        AND r.code = terms.resource AND hub_version(r.xmin, r.ctid) = resource_seen
        AND h.number = case_name AND hub_version(h.xmin, h.ctid) = case_seen;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM hub_use u WHERE u.consumer = by_consumer AND u.nonce = once AND u.judgment = 'granted')
        OR EXISTS (SELECT FROM hub_tally t WHERE t.contract = contract_name
            AND ((t.period = 'minute' AND t.starts_at = this_minute AND t.used >= terms.per_minute)
                OR (t.period = 'day' AND t.starts_at = this_day AND t.used >= terms.per_day))) THEN
        RETURN false;
    END IF;
    INSERT INTO hub_nonce (party, nonce, attempt, expires_at) VALUES (by_party, once, try, remembered_until)
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO hub_tally AS t (contract, period, starts_at, used)
        VALUES (contract_name, 'minute', this_minute, 1), (contract_name, 'day', this_day, 1)
        ON CONFLICT (contract, period, starts_at) DO UPDATE SET used = t.used + 1;
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN true;
END $$;
"""


def upgrade() -> None:
    op.execute(VERSION)
    op.execute(TAKE_UP)
    # Sealed text does not shrink: trying to costs time. Room in each page keeps the end of a use beside its beginning.
    for column in SEALED:
        op.execute(f"ALTER TABLE hub_use ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE hub_use SET (fillfactor = 70)")
    op.execute("ALTER TABLE hub_tally SET (fillfactor = 50)")


def downgrade() -> None:
    op.execute("ALTER TABLE hub_tally RESET (fillfactor)")
    op.execute("ALTER TABLE hub_use RESET (fillfactor)")
    for column in SEALED:
        op.execute(f"ALTER TABLE hub_use ALTER COLUMN {column} SET STORAGE EXTENDED")
    op.execute(
        "DROP FUNCTION hub_take_up(text, text, text, text, text, text, text, text, text, text, integer,"
        " timestamptz, timestamptz, timestamptz)"
    )
    op.execute("DROP FUNCTION hub_version(xid, tid)")
