import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** When the certificate of a PEM file ends, in seconds since the epoch; of a chain the first. Throws when there is none. @control B1.2 */
export async function readCertificateEnd(path: string): Promise<{ readonly name: string; readonly end: number }> {
  const { validToDate } = new X509Certificate(await readFile(path));
  return { name: basename(path), end: validToDate.getTime() / 1000 };
}
