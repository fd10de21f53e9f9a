"""The ledger's database side as revision 0024 laid it: appending without a row for the head of each chain.

Since revision 0026 `storage.ledger_speed_schema` stands in the place of both functions.

A chain's head is its last entry, found by the index that also refuses a second entry at the same place. Whoever
appends to a chain holds an advisory lock on its name until the transaction ends, so two writers of one case wait for
one another and nobody else does. The entry is noted as waiting in the same statement, with its chain and position;
both move on to its leaf, so that an entry that is gone can be named.
"""

from storage import checkpoint_schema, ledger_schema

APPEND_FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_append(entry_body text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parts jsonb := entry_body::jsonb;
    named text := parts->>'chain';
    place bigint;
    before bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(named, 7303));
    SELECT e.position + 1, e.hash INTO place, before
        FROM ledger_entry e WHERE e.chain = named ORDER BY e.position DESC LIMIT 1;
    IF place IS NULL THEN
        place := 1;
        before := decode(repeat('00', 32), 'hex');
    END IF;
    WITH made AS (
        INSERT INTO ledger_entry (chain, position, at, actor, on_behalf_of, deed, subject, body, previous, hash)
        VALUES (named, place, (parts->>'at')::timestamptz, parts->>'actor', parts->>'on_behalf_of',
                parts->>'deed', parts->>'subject', entry_body, before,
                sha256(before || int8send(place) || convert_to(entry_body, 'UTF8')))
        RETURNING id
    )
    INSERT INTO ledger_waiting (entry, chain, position) SELECT id, named, place FROM made;
    RETURN place;
END $$;
"""

SEQUENCE_FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_sequence(most integer) RETURNS TABLE (leaf bigint, leaf_hash bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    size bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7302) THEN
        RETURN;
    END IF;
    SELECT coalesce(max(l.leaf) + 1, 0) INTO size FROM ledger_leaf l;
    RETURN QUERY
    WITH taken AS (
        DELETE FROM ledger_waiting WHERE entry IN (SELECT w.entry FROM ledger_waiting w ORDER BY w.entry LIMIT most)
        RETURNING entry, chain, position
    ), numbered AS (
        INSERT INTO ledger_leaf (leaf, entry, chain, position, hash)
        SELECT size - 1 + row_number() OVER (ORDER BY taken.entry), taken.entry, taken.chain, taken.position,
               sha256(decode('00', 'hex') || convert_to(taken.chain, 'UTF8') || decode('00', 'hex')
                      || int8send(taken.position) || coalesce(e.hash, ''))
        FROM taken LEFT JOIN ledger_entry e ON e.id = taken.entry
        RETURNING ledger_leaf.leaf, ledger_leaf.hash
    )
    SELECT numbered.leaf, numbered.hash FROM numbered ORDER BY numbered.leaf;
END $$;
"""
"""An entry that was removed while it waited still gets its leaf: otherwise nobody would miss it."""

PLACES = (
    "ALTER TABLE ledger_waiting ADD COLUMN chain varchar, ADD COLUMN position bigint",
    "UPDATE ledger_waiting w SET chain = e.chain, position = e.position FROM ledger_entry e WHERE e.id = w.entry",
    "DELETE FROM ledger_waiting WHERE chain IS NULL",
    "ALTER TABLE ledger_waiting ALTER COLUMN chain SET NOT NULL, ALTER COLUMN position SET NOT NULL",
    "ALTER TABLE ledger_leaf DISABLE TRIGGER ledger_leaf_no_change",
    "ALTER TABLE ledger_leaf ADD COLUMN chain varchar, ADD COLUMN position bigint",
    "UPDATE ledger_leaf l SET chain = coalesce(e.chain, ''), position = coalesce(e.position, l.leaf)"
    " FROM ledger_leaf k LEFT JOIN ledger_entry e ON e.id = k.entry WHERE k.leaf = l.leaf",
    "ALTER TABLE ledger_leaf ALTER COLUMN chain SET NOT NULL, ALTER COLUMN position SET NOT NULL",
    "ALTER TABLE ledger_leaf ENABLE TRIGGER ledger_leaf_no_change",
    "ALTER TABLE ledger_leaf ADD CONSTRAINT uq_ledger_leaf_chain_position UNIQUE (chain, position)",
)
"""Waiting entries and leaves know their chain and position; a leaf whose entry is gone already keeps its number."""

UP = (
    *PLACES,
    APPEND_FUNCTION,
    SEQUENCE_FUNCTION,
    "DROP TRIGGER ledger_entry_waiting ON ledger_entry",
    "DROP FUNCTION ledger_note_waiting()",
    "DROP TABLE ledger_chain",
)

HEADS = """
INSERT INTO ledger_chain (chain, position, previous, hash)
    SELECT DISTINCT ON (chain) chain, position, previous, hash FROM ledger_entry ORDER BY chain, position DESC
"""

DOWN = (
    HEADS,
    *(one for one in ledger_schema.TRIGGERS if " ON ledger_chain" in one),
    ledger_schema.APPEND_FUNCTION.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    checkpoint_schema.SEQUENCE_FUNCTION.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    checkpoint_schema.NOTE_WAITING,
    checkpoint_schema.TRIGGERS[0],
    "ALTER TABLE ledger_leaf DROP CONSTRAINT uq_ledger_leaf_chain_position",
    "ALTER TABLE ledger_leaf DROP COLUMN chain, DROP COLUMN position",
    "ALTER TABLE ledger_waiting DROP COLUMN chain, DROP COLUMN position",
)
"""After the table of heads is there again."""
