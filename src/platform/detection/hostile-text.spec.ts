import { describe, expect, it } from 'vitest';
import { signsIn } from './hostile-text.js';

describe('signs of an attack in what was refused', () => {
  it.each([
    ["/v1/patients?limit=1'+OR+1=1", '', 'sql-injection'],
    ['/v1/patients?cursor=1%20UNION%20ALL%20SELECT%20NULL', '', 'sql-injection'],
    ['/v1/x', '{"email":"a\' or \'1\'=\'1"}', 'sql-injection'],
    ['/v1/x', '{"note":"x\'; DROP TABLE users"}', 'sql-injection'],
    ['/v1/x?id=1;select+pg_sleep(5)', '', 'sql-injection'],
    ['/v1/x?q=%3Cscript%3Ealert(1)%3C/script%3E', '', 'script-injection'],
    ['/v1/x', '{"name":"<img src=x onerror=alert(1)>"}', 'script-injection'],
    ['/v1/x', '{"url":"javascript:alert(1)"}', 'script-injection'],
    ['/v1/x?q=a%0d%0aSet-Cookie:x', '', 'line-break-in-address'],
    ['/v1/x%252e%252e%252fetc', '', 'double-encoding'],
    ['/v1/x?q=%2527', '', 'double-encoding'],
  ] as const)('B12.1 %s %s is %s', (url, body, sign) => {
    expect(signsIn(url, body)).toContain(sign);
  });

  it.each([
    ['/v1/patients?limit=20&cursor=0198c0de-0000-7000-8000-000000000001', ''],
    ['/v1/patients?fields=givenName%2CfamilyName', ''],
    ['/v1/x', '{"familyName":"O\'Brien","note":"select the union of both lists; then drop by at 5"}'],
    ['/v1/x', '{"note":"temperature < 38, pulse > 60, on error call 112"}'],
    ['/v1/x', '{"note":"100%25 certain"}'],
    ['/v1/x%E2%82', ''],
  ])('B12.1 %s %s is nothing', (url, body) => {
    expect(signsIn(url, body)).toEqual([]);
  });

  it('A3.5 a hostile text of 100 KB costs next to nothing', () => {
    const hostile = ["'".repeat(100_000), '<'.repeat(100_000), '%25'.repeat(33_000), "' ".repeat(50_000)];
    const start = process.cpuUsage();
    for (const text of hostile) for (let run = 0; run < 20; run += 1) signsIn(text, text);
    // 160 texts: far beyond anything that backtracks, far above what the machine needs.
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
  });
});
