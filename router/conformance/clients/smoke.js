// node-postgres through the router: each step throws when the answer is not PostgreSQL's.
const assert = require('assert');
const {Client, Pool} = require('pg');
const Cursor = require('pg-cursor');
const url = process.env.SMOKE_URL;

async function main() {
  const pool = new Pool({connectionString: url, max: 20});
  // More clients than server connections, unnamed and named statements, own writes read back.
  await Promise.all(Array.from({length: 20}, async (_, n) => {
    const client = await pool.connect();
    try {
      for (let i = 0; i < 20; i++) {
        const id = n * 1000 + i;
        await client.query('INSERT INTO entry VALUES ($1, $2)', [id, `name ${id}`]);
        const read = await client.query(
            {name: 'by-id', text: 'SELECT name FROM entry WHERE id = $1', values: [id]});
        assert.strictEqual(read.rows[0].name, `name ${id}`);
      }
    } finally {
      client.release();
    }
  }));
  assert.strictEqual((await pool.query('SELECT count(*)::int AS n FROM entry')).rows[0].n, 400);

  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('DELETE FROM entry');
  await assert.rejects(client.query('SELECT 1/0'), {code: '22012'});
  await client.query('ROLLBACK');
  assert.strictEqual((await client.query('SELECT count(*)::int AS n FROM entry')).rows[0].n, 400);
  await assert.rejects(client.query('INSERT INTO entry VALUES (0, NULL)'), {code: '23505', constraint: 'entry_pkey'});

  const types = (await client.query(
      'SELECT $1::timestamptz AS t, $2::jsonb AS j, $3::bytea AS b, $4::int[] AS a, NULL AS z',
      [new Date(0), {a: [1]}, Buffer.from([0, 255]), [1, 2]])).rows[0];
  assert.strictEqual(types.t.getTime(), 0);
  assert.deepStrictEqual(types.j, {a: [1]});
  assert.deepStrictEqual(types.b, Buffer.from([0, 255]));
  assert.deepStrictEqual(types.a, [1, 2]);
  assert.strictEqual(types.z, null);
  const several = await client.query('SELECT 1 AS a; SELECT 2 AS a');
  assert.deepStrictEqual(several.map(r => r.rows[0].a), [1, 2]);

  await client.query('BEGIN');
  const cursor = client.query(new Cursor('SELECT generate_series(1, 1000) AS n'));
  assert.strictEqual((await cursor.read(600)).length, 600);
  assert.strictEqual((await cursor.read(600)).length, 400);
  await cursor.close();
  await client.query('COMMIT');
  client.release();

  const listener = new Client({connectionString: url});
  await listener.connect();
  const heard = new Promise(resolve => listener.on('notification', resolve));
  await listener.query('LISTEN smoke');
  await pool.query("SELECT pg_notify('smoke', 'payload')");
  assert.strictEqual((await heard).payload, 'payload');
  await listener.end();

  const impatient = new Client({connectionString: url, statement_timeout: 100});
  await impatient.connect();
  await assert.rejects(impatient.query('SELECT pg_sleep(10)'), {code: '57014'});
  await impatient.end();
  await pool.end();
}

main().catch(e => {
  console.error(e);
  process.exit(1);
});
