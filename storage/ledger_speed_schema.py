"""The ledger's database side since revision 0026: the same chain, in less of the database's time.

An entry comes in parts, and its body is written from them here: nothing is taken apart again, and columns and body
cannot differ. Whoever has to bring a whole body into a statement of their own still may, for the price of parsing it.
The chain's lock is asked for without a statement of its own (only who has to wait needs one), and the note of waiting
has no index: it is written by every deed and read by one sequencer, which takes all of it anyway, in the entries'
order. What was promised stays: an entry and its note come and go in one transaction, and both name chain and position.
"""

from storage import ledger_places_schema

LINKED = """
    IF NOT pg_try_advisory_xact_lock(hashtextextended(named, 7303)) THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(named, 7303));
    END IF;
    SELECT e.position + 1, e.hash INTO place, before
        FROM ledger_entry e WHERE e.chain = named ORDER BY e.position DESC LIMIT 1;
    IF place IS NULL THEN
        place := 1;
        before := decode(repeat('00', 32), 'hex');
    END IF;
    WITH made AS (
        INSERT INTO ledger_entry (chain, position, at, actor, on_behalf_of, deed, subject, body, previous, hash)
        VALUES (named, place, happened, who, for_whom, what, about, entry_body, before,
                sha256(before || int8send(place) || convert_to(entry_body, 'UTF8')))
        RETURNING id
    )
    INSERT INTO ledger_waiting (entry, chain, position) SELECT id, named, place FROM made;
    RETURN place;
"""
"""Head and entry are two statements: the second must see what the writer before it, for whom it waited, committed."""

APPEND_PARTS = f"""
CREATE FUNCTION ledger_append(
    named text, what text, about text, who text, for_whom text, happened timestamptz, details json
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entry_body text := json_build_object(
        'actor', who, 'at', happened, 'chain', named, 'deed', what,
        'details', details, 'on_behalf_of', for_whom, 'subject', about)::text;
    place bigint;
    before bytea;
BEGIN{LINKED}END $$;
"""

APPEND_BODY = f"""
CREATE OR REPLACE FUNCTION ledger_append(entry_body text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parts jsonb := entry_body::jsonb;
    named text := parts->>'chain';
    what text := parts->>'deed';
    about text := parts->>'subject';
    who text := parts->>'actor';
    for_whom text := parts->>'on_behalf_of';
    happened timestamptz := parts->>'at';
    place bigint;
    before bytea;
BEGIN{LINKED}END $$;
"""

SEQUENCE_FUNCTION = ledger_places_schema.SEQUENCE_FUNCTION.replace(
    "WHERE entry IN (SELECT w.entry FROM ledger_waiting w ORDER BY w.entry LIMIT most)",
    "WHERE ctid = ANY (ARRAY(SELECT w.ctid FROM ledger_waiting w ORDER BY w.entry LIMIT most))",
)
"""One reading of what waits, in the entries' order; nobody else moves a note, so its place in the table stands."""

UP = (
    "ALTER TABLE ledger_waiting DROP CONSTRAINT pk_ledger_waiting",
    "ALTER TABLE ledger_waiting SET (vacuum_truncate = off)",
    APPEND_PARTS,
    APPEND_BODY,
    SEQUENCE_FUNCTION,
)
"""Emptied many times a minute, the list keeps its few pages: giving them back would lock out who appends."""

DOWN = (
    "ALTER TABLE ledger_waiting RESET (vacuum_truncate)",
    "ALTER TABLE ledger_waiting ADD CONSTRAINT pk_ledger_waiting PRIMARY KEY (entry)",
    "DROP FUNCTION ledger_append(text, text, text, text, text, timestamptz, json)",
    ledger_places_schema.APPEND_FUNCTION,
    ledger_places_schema.SEQUENCE_FUNCTION,
)
