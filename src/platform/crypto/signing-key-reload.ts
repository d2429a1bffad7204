import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LoadedConfig } from '../config/index.js';
import { CryptoConfig } from './crypto.config.js';
import type { SigningKey } from './signing-key-set.js';
import { SigningKeys } from './signing-keys.js';

/**
 * Reads the signing keys again every few seconds, so that a rotation is one edit of their file and no restart.
 * Fails safe: a set that cannot be read, parsed or used is refused and logged, and the keys of before stay. @control A5.4
 */
@Injectable()
export class SigningKeyReload implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(SigningKeyReload.name);
  private timer: NodeJS.Timeout | undefined;
  /** What was logged last: the same state is said once and not every few seconds. */
  private said: string;

  constructor(
    private readonly loaded: LoadedConfig,
    private readonly config: CryptoConfig,
    private readonly keys: SigningKeys,
  ) {
    this.said = timetable(config.values.SIGNING_KEYS);
  }

  onApplicationBootstrap(): void {
    if (this.loaded.isFixed('SIGNING_KEYS')) return;
    this.timer = setInterval(() => this.reload(), this.config.values.SIGNING_KEYS_RELOAD_S * 1000);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private reload(): void {
    try {
      const { SIGNING_KEYS } = this.loaded.reread(CryptoConfig).values;
      this.keys.replace(SIGNING_KEYS);
      const keys = timetable(SIGNING_KEYS);
      if (this.isNews(keys)) this.logger.log({ msg: 'the signing keys have changed', keys });
    } catch (err) {
      // An error in a timer would end the process; and the keys of before are better than none.
      if (this.isNews(String(err))) this.logger.error({ msg: 'new signing keys refused, those of before stay', err });
    }
  }

  private isNews(state: string): boolean {
    const isNews = state !== this.said;
    this.said = state;
    return isNews;
  }
}

/** Which key signs from when and verifies until when: nothing in it is secret. */
function timetable(keys: readonly SigningKey[]): string {
  return keys.map(({ kid, nbf, exp }) => `${kid}: ${nbf} to ${exp}`).join(', ');
}
