import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSlices } from '../../src/config.js';
import { loadConfig } from '../../src/platform/config/index.js';
import { findDockerfileProblems } from './dockerfile.ts';
import { spoil } from './known-bad.ts';

const dockerfile = readFileSync('deploy/Dockerfile', 'utf8');

describe('A9.4 the Dockerfile', () => {
  it('is in order', () => {
    expect(findDockerfileProblems(dockerfile)).toEqual([]);
    expect(dockerfile).toMatch(/^RUN deploy\/assemble\.sh \/app$/m);
  });

  it.each([
    [
      'an image without a version',
      'node:24.21.0-bookworm-slim AS production',
      'node AS production',
      'is no exact image',
    ],
    ['the latest image', 'node:24.21.0-bookworm-slim AS build', 'node:latest AS build', 'is no exact image'],
    ['root', 'USER 65532:65532', 'USER 0:0', 'runs as root'],
    ['nobody named', 'USER 65532:65532\n', '', 'runs as root'],
    ['a name', 'USER 65532:65532', 'USER node', 'runs as root'],
    ['ADD', 'COPY . .', 'ADD https://x.example/a.tgz .', 'ADD fetches'],
    ['a secret', 'ENV NODE_ENV=production', 'ENV NODE_ENV=production DATABASE_PASSWORD=x', 'stays in the layers'],
    ['a secret to build with', 'RUN npm ci', 'ARG NPM_TOKEN=\nRUN npm ci', 'stays in the layers'],
    ['npm install', 'RUN npm ci', 'RUN npm install', 'installs what is not in the lockfile'],
    ['install scripts', 'RUN npm ci', 'RUN npm ci --ignore-scripts=false', 'runs install scripts'],
    [
      'something from the network',
      'RUN npm ci',
      'RUN curl https://x.example/i.sh -o i.sh && sh i.sh',
      'from the network',
    ],
    ['development', 'ENV NODE_ENV=production ', 'ENV ', 'is not for production'],
    ['a shell', /CMD \["node", "--max.*/, 'CMD node dist/src/main.js', 'starts through a shell'],
    ['no health check', /HEALTHCHECK[^]*?\)"\]\n/, '', 'has no health check'],
    ['SIGKILL', 'STOPSIGNAL SIGTERM', 'STOPSIGNAL SIGKILL', 'is not stopped by SIGTERM'],
    ['port 80', 'EXPOSE 3000', 'EXPOSE 80', 'listens where only root may'],
    ['the checkout', 'COPY --from=build /app .', 'COPY . .', 'copies from the checkout'],
    ['files of its user', 'COPY --from=build', 'COPY --from=build --chown=65532', 'may change what it runs'],
  ])('is not in order with %s', (_what, search, replace, problem) => {
    expect(findDockerfileProblems(spoil(dockerfile, search, replace)).join('\n')).toContain(problem);
  });

  it.each(['.git', '.data', '.env*', 'test', '**/node_modules', 'evidence'])('never sees %s', (path) => {
    expect(readFileSync('.dockerignore', 'utf8').split('\n')).toContain(path);
  });
});

const symmetricKey = () => `k1:${randomBytes(32).toString('base64')}`;

/** What whoever starts it has to say, by variable or by secret. */
const answers: Readonly<Record<string, string>> = {
  PUBLIC_URL: 'https://api.example.com',
  TOKEN_ISSUER: 'https://api.example.com',
  TRUSTED_PROXIES: '10.0.0.1',
  MAIL_FROM: 'rampart@example.com',
  SECURITY_CONTACT: 'tel:+44-20-7946-0123',
  DATABASE_URL: 'postgres://postgres/rampart',
  REDIS_URL: 'redis://redis:6379',
  SMTP_URL: 'smtps://mail.example.com:465',
  KEY_ENCRYPTION_KEYS: symmetricKey(),
  PASSWORD_PEPPER: symmetricKey(),
  SIGNING_KEYS: JSON.stringify({
    keys: [{ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 's1' }],
  }),
};

describe('A5.3 deploy/compose.yaml', () => {
  const { services, secrets } = parse(readFileSync('deploy/compose.yaml', 'utf8'), { merge: true });

  it('gives secrets as files alone', () => {
    for (const [name, { environment = {} }] of Object.entries<{ environment?: Record<string, string> }>(services)) {
      const open = Object.keys(environment).filter(
        (key) => /URL|KEY|PEPPER|PASSWORD|SECRET/.test(key) && !key.endsWith('_FILE'),
      );
      expect(
        open.filter((key) => key !== 'PUBLIC_URL'),
        name,
      ).toEqual([]);
    }
    const used = Object.values<{ secrets?: string[] }>(services).flatMap((service) => service.secrets ?? []);
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(secrets).toSorted());
    expect(readFileSync('.gitignore', 'utf8')).toMatch(/^\/deploy\/secrets\/$/m);
  });

  it('A7.5 answers everything that production asks for, its own database and Redis among it', () => {
    const { environment } = services.app as { environment: Record<string, string> };
    const settings = Object.keys(environment).map((name) => name.replace(/_FILE$/, ''));
    const given = settings.map((name) => [name, answers[name] ?? environment[name] ?? 'no answer']);
    const process = { NODE_ENV: 'production', ...Object.fromEntries(given) };
    expect(() => loadConfig(configSlices, { root: join(tmpdir(), 'no-such-checkout'), process })).not.toThrow();
  });

  it.each(['app', 'migrate', 'redis'])('lets %s change nothing and gain nothing', (name) => {
    expect(services[name]).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('has exact images and listens on loopback', () => {
    const images = Object.values<{ image?: string }>(services).flatMap(({ image }) => image ?? []);
    expect(images.filter((image) => !/^[\w/]+:(?:\d+\.\d+[\w.-]*|local)$/.test(image))).toEqual([]);
    const ports = Object.values<{ ports?: string[] }>(services).flatMap((service) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });
});
