/**
 * Paths that no client of this API asks for and every scanner does. They are answered like any other path that is not there.
 * A product that begins to serve one of them takes it off this list. @control B12.1 B18.5
 */
const TRAPS: readonly string[] = [
  '/.env',
  '/.git',
  '/.aws',
  '/.ssh',
  '/wp-login.php',
  '/wp-admin',
  '/xmlrpc.php',
  '/phpmyadmin',
  '/actuator',
  '/server-status',
  '/cgi-bin',
  '/etc/passwd',
  '/backup.zip',
  '/dump.sql',
  '/id_rsa',
  '/v1/admin',
  '/v1/debug',
];

const IN_A_WORD = /[\w-]/;

export function isTrap(path: string): boolean {
  const wanted = path.toLowerCase();
  return TRAPS.some((trap) => wanted.startsWith(trap) && !IN_A_WORD.test(wanted.charAt(trap.length)));
}
