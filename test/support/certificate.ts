import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OPENSSL = 'openssl';

/** Path of a new self-signed certificate that ends in so many days; `key.pem` lies beside it. */
export function selfSigned(name: string, days: number, host = 'edge.example'): string {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-certificate-'));
  const path = join(folder, name);
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-days', String(days)];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(folder, 'key.pem')];
  execFileSync(OPENSSL, ['req', '-x509', ...key, ...subject, '-out', path], { stdio: 'ignore' });
  return path;
}
