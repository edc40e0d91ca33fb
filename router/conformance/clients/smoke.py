"""psycopg 3 through the router: each step raises when the answer is not PostgreSQL's."""
import asyncio
import datetime
import os
import threading

import psycopg

URL = os.environ["SMOKE_URL"]


def worker(n):
    with psycopg.connect(URL, autocommit=True, prepare_threshold=2) as conn:
        for i in range(20):
            key = n * 1000 + i
            conn.execute("INSERT INTO entry VALUES (%s, %s)", (key, f"name {key}"))
            row = conn.execute("SELECT name FROM entry WHERE id = %s", (key,)).fetchone()
            assert row == (f"name {key}",), row


def fails(error, action):
    try:
        action()
    except error as e:
        return e
    raise AssertionError(f"no {error.__name__}")


def main():
    threads = [threading.Thread(target=worker, args=(n,)) for n in range(12)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    with psycopg.connect(URL) as conn:
        assert conn.execute("SELECT count(*) FROM entry").fetchone() == (240,)
        conn.commit()
        conn.execute("DELETE FROM entry")
        fails(psycopg.errors.DivisionByZero, lambda: conn.execute("SELECT 1/0"))
        conn.rollback()
        assert conn.execute("SELECT count(*) FROM entry").fetchone() == (240,)
        conn.commit()

        # COPY both ways, in text and in binary.
        with conn.cursor() as cur, cur.copy("COPY entry FROM STDIN") as copy:
            for i in range(5000):
                copy.write_row((100_000 + i, f"copied {i}\t\n"))
        conn.commit()
        with conn.cursor() as cur, cur.copy(
            "COPY (SELECT id, name FROM entry WHERE id >= 100000 ORDER BY id) TO STDOUT (FORMAT BINARY)"
        ) as copy:
            copy.set_types(["int4", "text"])
            rows = list(copy.rows())
        assert len(rows) == 5000 and rows[7] == (100_007, "copied 7\t\n"), rows[7]
        conn.commit()

        # A pipeline whose middle fails.
        fails(psycopg.errors.DivisionByZero, lambda: pipeline(conn))
        conn.rollback()
        with conn.pipeline():
            cursors = [conn.execute("SELECT %s::int", (i,)) for i in range(50)]
        assert [c.fetchone()[0] for c in cursors] == list(range(50))
        conn.commit()

        # A cursor of the server's, and types in binary.
        with conn.cursor("named") as cur:
            cur.execute("SELECT generate_series(1, 1000)")
            assert len(cur.fetchmany(10)) == 10 and len(cur.fetchall()) == 990
        conn.commit()
        moment = datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.timezone.utc)
        with conn.cursor(binary=True) as cur:
            row = cur.execute("SELECT %s::timestamptz, %s::numeric, %s::text[]", (moment, 1.5, ["a", None])).fetchone()
        assert row[0] == moment and float(row[1]) == 1.5 and row[2] == ["a", None], row
        conn.commit()

        timer = threading.Timer(0.2, conn.cancel)
        timer.start()
        fails(psycopg.errors.QueryCanceled, lambda: conn.execute("SELECT pg_sleep(10)"))
        conn.rollback()

    with psycopg.connect(URL, autocommit=True) as listener, psycopg.connect(URL, autocommit=True) as speaker:
        listener.execute("LISTEN smoke")
        speaker.execute("SELECT pg_notify('smoke', 'payload')")
        assert next(listener.notifies(timeout=10)).payload == "payload"
    asyncio.run(in_async())


def pipeline(conn):
    with conn.pipeline():
        conn.execute("SELECT 1")
        conn.execute("SELECT 1/0")
        conn.execute("SELECT 2")


async def in_async():
    async with await psycopg.AsyncConnection.connect(URL) as conn:
        row = await (await conn.execute("SELECT current_database()")).fetchone()
        assert row == ("app",), row


main()
