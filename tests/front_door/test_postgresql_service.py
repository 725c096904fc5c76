"""The PostgreSQL that the tests run on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.conftest import SERVER_URL
from tests.services import postgresql

STARTER = """
import sys, time
from tests.services import postgresql
with postgresql.running() as url:
    print(url, flush=True)
    time.sleep(600)
"""


def databases(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


@pytest.mark.postgres
def test_fresh_database_is_empty_and_dropped_with_its_namesakes() -> None:
    with postgresql.fresh_database(SERVER_URL) as url:
        name = url.rpartition("/")[2]
        with psycopg.connect(url, autocommit=True) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            connection.execute(f"CREATE DATABASE {name}_system")

    # Other tests have and drop databases of their own meanwhile.
    assert (tables, [each for each in databases(SERVER_URL) if each.startswith(name)]) == ([], [])


@pytest.mark.postgres
def test_text_sorts_as_a_school_server_sorts_it() -> None:
    with psycopg.connect(SERVER_URL) as connection:
        rows = connection.execute("SELECT w FROM (VALUES ('Zoe'), ('adam'), ('Émile'), ('Eve')) v (w) ORDER BY w")
        assert [word for (word,) in rows] == ["adam", "Émile", "Eve", "Zoe"]


@pytest.mark.postgres
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_server_ends_with_the_process_that_started_it(end: signal.Signals) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, env=os.environ | {"PYTHONPATH": "."},
    )  # fmt: skip
    with starter:
        url = starter.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            (folder,) = connection.execute("SHOW data_directory").fetchone()
        starter.send_signal(end)

    for _ in range(200):
        try:
            databases(url)
        except psycopg.OperationalError:
            break
        time.sleep(0.1)
    else:
        pytest.fail("PostgreSQL still answers after the process that started it has gone")
    if end is signal.SIGKILL:  # no one was left to remove it
        for _ in range(50):  # the server may still be writing while it ends
            shutil.rmtree(Path(folder).parent, ignore_errors=True)
            if not Path(folder).exists():
                break
            time.sleep(0.1)
    assert not Path(folder).exists()
