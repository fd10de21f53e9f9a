"""The database side of the one tree over all chains: new entries are noted, numbered, and never changed again.

An entry is noted as waiting in the transaction that writes it, and leaves that list only in the transaction that
gives it its leaf. So none is skipped, whatever order overlapping transactions end in, and a transaction that
stays open holds back nobody else's entries (a watermark on ids or transaction numbers would do one or the other).
"""

NOTE_WAITING = """
CREATE FUNCTION ledger_note_waiting() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_waiting (entry) VALUES (NEW.id);
    RETURN NULL;
END $$;
"""

SEQUENCE_FUNCTION = """
CREATE FUNCTION ledger_sequence(most integer) RETURNS TABLE (leaf bigint, leaf_hash bytea)
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
        RETURNING entry
    ), numbered AS (
        INSERT INTO ledger_leaf (leaf, entry, hash)
        SELECT size - 1 + row_number() OVER (ORDER BY e.id), e.id,
               sha256(decode('00', 'hex') || convert_to(e.chain, 'UTF8') || decode('00', 'hex')
                      || int8send(e.position) || e.hash)
        FROM taken JOIN ledger_entry e ON e.id = taken.entry
        RETURNING ledger_leaf.leaf, ledger_leaf.hash
    )
    SELECT numbered.leaf, numbered.hash FROM numbered ORDER BY numbered.leaf;
END $$;
"""
"""The advisory lock 7302 lets one sequencer work at a time; the others find nothing to do."""

TRIGGERS = (
    "CREATE TRIGGER ledger_entry_waiting AFTER INSERT ON ledger_entry"
    " FOR EACH ROW EXECUTE FUNCTION ledger_note_waiting();",
    *(
        statement
        for table in ("ledger_leaf", "ledger_node", "ledger_checkpoint")
        for statement in (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();",
        )
    ),
)

EARLIER_ENTRIES = "INSERT INTO ledger_waiting (entry) SELECT id FROM ledger_entry"
"""Entries written before there was a tree take their place in it as well."""

PRIVATE = ("ledger_waiting", "ledger_leaf")
"""Tables the application's role reads and only the functions above write."""

APPEND_ONLY = ("ledger_node", "ledger_checkpoint")
"""Tables to which the application's role adds rows and in which nobody changes one."""

UP = (NOTE_WAITING, SEQUENCE_FUNCTION, *TRIGGERS, EARLIER_ENTRIES)
"""After `ledger_schema.UP` and after the tables of `storage.checkpoints` are there."""

DOWN = (
    "DROP TRIGGER ledger_entry_waiting ON ledger_entry",
    "DROP FUNCTION ledger_sequence(integer)",
    "DROP FUNCTION ledger_note_waiting()",
)
"""Before those tables are dropped, which takes their triggers along."""
