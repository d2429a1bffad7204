import { defineConfig } from 'prisma/config';

/** Read by the Prisma CLI alone. The app, the seed and our own migration scripts take their settings from the environment. */
export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations', seed: 'npm run seed' },
});
