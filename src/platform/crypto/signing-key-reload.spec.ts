import { generateKeyPairSync } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret, type LoadedConfig } from '../config/index.js';
import { Clock } from '../time/index.js';
import type { CryptoConfig } from './crypto.config.js';
import { parseSigningKeys } from './signing-key-set.js';
import { SigningKeyReload } from './signing-key-reload.js';
import { SigningKeys } from './signing-keys.js';

class TimerClock extends Clock {
  override now(): Date {
    return new Date();
  }
}

function configWith(...jwks: readonly object[]): CryptoConfig {
  const SIGNING_KEYS = parseSigningKeys(new Secret(JSON.stringify({ keys: jwks })));
  return { values: { SIGNING_KEYS, SIGNING_KEYS_RELOAD_S: 10 } } as unknown as CryptoConfig;
}

function newKey(kid: string, times: object = {}): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid, ...times };
}

const a = newKey('a');

/** `next` stands for what the file holds when it is read. */
function running(isFixed = false) {
  const config = configWith(a);
  const file = { next: (): CryptoConfig => config };
  const reread = vi.fn<() => CryptoConfig>(() => file.next());
  const keys = new SigningKeys(config, new TimerClock());
  const loaded = { isFixed: () => isFixed, reread } as unknown as LoadedConfig;
  const reload = new SigningKeyReload(loaded, config, keys);
  reload.onApplicationBootstrap();
  const kids = () => keys.publicSet().map(({ kid }) => kid);
  return { file, reread, reload, keys, kids };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const log = () => vi.spyOn(Logger.prototype, 'log').mockReturnValue();
const error = () => vi.spyOn(Logger.prototype, 'error').mockReturnValue();

describe('A5.4 reading the signing keys again', () => {
  it('takes a changed set within the interval, and says so once', () => {
    const said = log();
    const { file, kids } = running();
    file.next = () => configWith(a, newKey('b'));
    vi.advanceTimersByTime(9_999);
    expect(kids()).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(kids()).toEqual(['a', 'b']);
    vi.advanceTimersByTime(60_000);
    expect(said).toHaveBeenCalledOnce();
  });

  it('says nothing while nothing changes', () => {
    const said = [log(), error()];
    running();
    vi.advanceTimersByTime(60_000);
    for (const spy of said) expect(spy).not.toHaveBeenCalled();
  });

  it.each<[string, () => CryptoConfig]>([
    [
      'that cannot be read',
      () => {
        throw new Error('the file cannot be read');
      },
    ],
    ['in which all keys have expired', () => configWith(newKey('b', { exp: 1_800_000_000 }))],
    ['in which all keys begin later', () => configWith(newKey('b', { nbf: 1_900_000_000 }))],
  ])('keeps the keys of before instead of a set %s, says so once, and goes on looking', (_what, broken) => {
    const said = error();
    log();
    const { file, keys, kids } = running();
    file.next = broken;
    vi.advanceTimersByTime(60_000);
    expect(kids()).toEqual(['a']);
    expect(keys.active.kid).toBe('a');
    expect(said).toHaveBeenCalledOnce();
    file.next = () => configWith(newKey('c'));
    vi.advanceTimersByTime(10_000);
    expect(kids()).toEqual(['c']);
  });

  it('A5.3 prints nothing of a private half', () => {
    const said = log();
    const { file } = running();
    const b = newKey('b') as { d: string };
    file.next = () => configWith(b);
    vi.advanceTimersByTime(10_000);
    expect(said).toHaveBeenCalledOnce();
    expect(JSON.stringify(said.mock.calls)).not.toContain(b.d);
  });

  it('never looks when the process was given the keys itself', () => {
    const { reread } = running(true);
    vi.advanceTimersByTime(60_000);
    expect(reread).not.toHaveBeenCalled();
  });

  it('looks no more after a shutdown', () => {
    const { reload, reread } = running();
    reload.onApplicationShutdown();
    vi.advanceTimersByTime(60_000);
    expect(reread).not.toHaveBeenCalled();
  });
});
