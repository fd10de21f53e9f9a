"""The ledger's database side as revision 0001 laid it: the function that links, and the refusal to change what was written.

Since revision 0024 `storage.ledger_places_schema` stands in the place of that function and of the table of heads.
"""

APPEND_FUNCTION = """
CREATE FUNCTION ledger_append(entry_body text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parts jsonb := entry_body::jsonb;
    genesis bytea := decode(repeat('00', 32), 'hex');
    head ledger_chain%ROWTYPE;
BEGIN
    INSERT INTO ledger_chain AS c (chain, position, previous, hash)
        VALUES (parts->>'chain', 1, genesis, sha256(genesis || int8send(1) || convert_to(entry_body, 'UTF8')))
    ON CONFLICT (chain) DO UPDATE SET
        position = c.position + 1,
        previous = c.hash,
        hash = sha256(c.hash || int8send(c.position + 1) || convert_to(entry_body, 'UTF8'))
    RETURNING * INTO head;
    INSERT INTO ledger_entry (chain, position, at, actor, on_behalf_of, deed, subject, body, previous, hash)
        VALUES (head.chain, head.position, (parts->>'at')::timestamptz, parts->>'actor',
                parts->>'on_behalf_of', parts->>'deed', parts->>'subject', entry_body, head.previous, head.hash);
    RETURN head.position;
END $$;
"""

REFUSE_CHANGE = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
"""

TRIGGERS = (
    "CREATE TRIGGER ledger_entry_no_change BEFORE UPDATE OR DELETE ON ledger_entry"
    " FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();",
    "CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();",
    "CREATE TRIGGER ledger_chain_no_removal BEFORE DELETE ON ledger_chain"
    " FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();",
    "CREATE TRIGGER ledger_chain_no_truncate BEFORE TRUNCATE ON ledger_chain"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();",
)

PRIVATE = ("ledger_entry",)
"""What the application's role may read but never write directly."""

UP = (APPEND_FUNCTION, REFUSE_CHANGE, *TRIGGERS)
DOWN = (
    "DROP FUNCTION ledger_append(text)",
    "DROP FUNCTION ledger_refuse_change() CASCADE",
)
