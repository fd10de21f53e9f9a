"""`yiwang ledger`: whole or broken, in one sentence and an exit code, with the database and without."""

import asyncio
import json
from datetime import UTC, datetime

import psycopg
import pytest
from typer.testing import CliRunner

from portal.cli import ledger as command
from portal.cli.errors import FileUnusable, NotProven
from portal.settings import Settings
from services.oversight import tasks
from storage import checkpoints, ledger
from storage.database import open_engine, open_sessions
from tests.support import postgres

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def kept(server, tmp_path, monkeypatch):
    """A ledger of two cases in a database of its own, numbered and signed, and the settings that lead to it."""
    name = server.copy()
    settings = Settings(
        data=tmp_path, database_url=server.url(name, postgres.APPLICATION), public_url="https://a.example"
    )
    monkeypatch.setattr(command, "current", lambda: settings)
    asyncio.run(fill(settings))
    yield settings, server.cluster.url(name)
    server.drop(name)


async def fill(settings):
    engine = open_engine(settings.application_url)
    sessions = open_sessions(engine)
    async with sessions() as session, session.begin():
        for case in ("case-1", "case-1", "case-2"):
            await ledger.append(session, chain=case, deed="done", subject=case, actor="system:test", at=NOW)
    await tasks.sequence(sessions=sessions, signer=checkpoints.log_key(settings.keys, settings.public_url))
    await engine.dispose()


def run(*arguments):
    """What the command printed; what it refuses comes as the exception the command line turns into one sentence."""
    result = CliRunner().invoke(command.app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_a_whole_ledger_is_said_to_be_whole(kept):
    said = run("verify")
    assert (
        said == "whole: 3 entries in 2 chains, 3 of them in the tree under 1 signed checkpoints, 0 waiting\n"
    )


def test_the_first_broken_entry_is_named(kept):
    _, url = kept
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE ledger_entry SET deed = 'undone' WHERE chain = 'case-1' AND position = 2")
    with pytest.raises(NotProven) as refused:
        run("verify")
    assert refused.value.sentence == (
        "The ledger is broken at entry 2 of case-1: its readable columns were changed."
    )


def test_a_checkpoint_that_was_kept_is_asked_for(kept, tmp_path):
    _, url = kept
    held = tmp_path / "held.txt"
    with psycopg.connect(url) as connection:
        held.write_text(connection.execute("SELECT note FROM ledger_checkpoint").fetchone()[0])
    assert "the checkpoint you hold is part of it" in run("verify", "--checkpoint", held)
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for table in ("entry", "leaf", "checkpoint"):
            superuser.execute(f"TRUNCATE ledger_{table}")
    with pytest.raises(NotProven, match="shorter than a checkpoint"):
        run("verify", "--checkpoint", held)


def test_an_exported_case_is_verified_offline(kept, tmp_path, monkeypatch):
    settings, _ = kept
    file = tmp_path / "case.json"
    assert f"{file}: 2 entries, proven by a checkpoint up to entry 2" in run("export", "case-1", "-o", file)
    # Another machine, without this portal's data folder and database: only the public key is brought along.
    elsewhere = Settings(data=tmp_path / "elsewhere", database_url="postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(command, "current", lambda: elsewhere)
    said = run("verify", file)
    assert f"{file}: whole, 2 entries of case-1" in said
    assert "signature NOT checked" in said
    public = checkpoints.key_file(settings.keys).with_suffix(".pub")
    key_id = checkpoints.log_key(settings.keys, settings.public_url).verifier.key_id.hex()
    for key in (public, public.read_text().strip()):
        assert f"in the signed tree of 3 entries of a.example/ledger up to entry 2 (key {key_id})" in run(
            "verify", file, "--key", key
        )
    assert not (tmp_path / "elsewhere").exists(), "verifying a file leaves nothing behind"


def test_a_changed_file_is_not_proven(kept, tmp_path):
    file = tmp_path / "case.json"
    run("export", "case-1", "-o", file)
    content = json.loads(file.read_text())
    content["entries"][1]["body"] = content["entries"][1]["body"].replace("done", "undone")
    file.write_text(json.dumps(content))
    with pytest.raises(NotProven) as refused:
        run("verify", file)
    assert (
        refused.value.sentence == f"{file}: broken at entry 2 of case-1: its content does not fit its hash."
    )


def test_every_way_of_being_broken_has_a_sentence():
    from portal.supervision import wording

    assert command.WHY.keys() == wording.BREAKS.keys()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("verify", "nothing.json"), "nothing.json: No such file or directory"),
        (("verify", "--key", "no key"), "no key: No such file or directory"),
        (("verify", "--key", "a+b+c"), "a+b+c: is no public key of a ledger."),
        (("verify", "--checkpoint", "nothing.txt"), "nothing.txt: No such file or directory"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(kept, arguments, sentence):
    with pytest.raises(FileUnusable) as refused:
        run(*arguments)
    assert refused.value.sentence == sentence


def test_a_damaged_key_in_the_data_folder_is_named(kept, tmp_path):
    file = tmp_path / "case.json"
    run("export", "case-1", "-o", file)
    secret = checkpoints.key_file(command.current().keys)
    for path, arguments in ((secret.with_suffix(".pub"), ("verify", file)), (secret, ("verify",))):
        whole = path.read_bytes()
        path.write_bytes(b"\xff" + whole[: len(whole) // 2])
        with pytest.raises(FileUnusable) as refused:
            run(*arguments)
        path.write_bytes(whole)
        assert refused.value.sentence.startswith(f"{path}: is ")


def test_what_is_no_evidence_file_and_what_is_no_case(kept, tmp_path):
    file = tmp_path / "picture.json"
    file.write_bytes(b"\x89PNG")
    with pytest.raises(NotProven, match="no evidence file"):
        run("verify", file)
    with pytest.raises(NotProven, match="No case nobody"):
        run("export", "nobody", "-o", tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_a_large_ledger_tells_how_far_it_is(kept, monkeypatch):
    monkeypatch.setattr(command, "PLAIN_EVERY", 2)
    assert "2 entries verified\n" in run("verify")
