import fastify from 'fastify';
import pg from 'pg';

/**
 * What Rampart is measured against: Fastify and `pg` with named prepared statements, nothing else. It reads the same columns of
 * the same row over a pool of the same size and sends them as they come: no caller, no tenant, no decryption, no view.
 */
const COLUMNS =
  'id, "givenName", "familyName", "birthDate", "nationalId", phone, address, "createdAt", "updatedAt" FROM "Patient"';

const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  max: Number(process.env['DATABASE_POOL_SIZE']),
});
// The database may go first when the bench ends.
pool.on('error', () => undefined);

const server = fastify();

server.get<{ Params: { id: string } }>('/patients/:id', async (request, reply) => {
  const { rows } = await pool.query({
    name: 'one',
    text: `SELECT ${COLUMNS} WHERE id = $1`,
    values: [request.params.id],
  });
  return rows[0] ?? reply.status(404).send();
});

server.get<{ Querystring: { limit: string } }>('/patients', (request) =>
  pool
    .query({
      name: 'list',
      text: `SELECT ${COLUMNS} WHERE "organizationId" = $1 ORDER BY id LIMIT $2`,
      values: [process.env['ORGANIZATION_ID'], Number(request.query.limit)],
    })
    .then(({ rows }) => ({ items: rows })),
);

server.get('/health/live', () => ({ status: 'ok' }));

await server.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
