import { Injectable, type OnModuleInit } from '@nestjs/common';
import { VerifiedTokens } from '../access/index.js';
import { DataKeys, PasswordHasher, SigningKeys } from '../crypto/index.js';
import { DatabaseNotifications } from '../database/index.js';
import { Metrics } from '../telemetry/index.js';

/** Keys, the hashing that signing in waits for, and what is remembered of tokens and keys. */
@Injectable()
export class CryptoGauges implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly hasher: PasswordHasher,
    private readonly signingKeys: SigningKeys,
    private readonly dataKeys: DataKeys,
    private readonly tokens: VerifiedTokens,
    private readonly notifications: DatabaseNotifications,
  ) {}

  onModuleInit(): void {
    this.observeHashing();
    this.observeKeys();
    this.metrics.watchCache('verified-tokens', () => ({ size: this.tokens.size }));
    this.metrics.watchCache('data-keys', () => ({ size: this.dataKeys.cached }));
    this.metrics.observe(
      { name: 'rampart_notifications_listening', help: '1 while changes on other instances are heard of at once.' },
      () => [[this.notifications.isListening ? 1 : 0]],
    );
    this.metrics.observe(
      {
        name: 'rampart_data_key_start_timestamp_seconds',
        help: 'When the oldest data key was made that new values still take.',
      },
      async () => {
        const at = await this.dataKeys.oldestCurrentAt();
        return at === undefined ? [] : [[at.getTime() / 1000]];
      },
    );
  }

  private observeHashing(): void {
    this.metrics.observe(
      { name: 'rampart_argon2_hashes', help: 'Password hashes under way and in line.', labels: ['state'] },
      () => [
        [this.hasher.load.running, { state: 'running' }],
        [this.hasher.load.waiting, { state: 'waiting' }],
      ],
    );
    this.metrics.observe(
      { name: 'rampart_argon2_queue_limit', help: 'Hashes that may wait before it is a 503.' },
      () => [[this.hasher.load.queueLimit]],
    );
  }

  /** A key without an end, or whose beginning is not said, has no value there. */
  private observeKeys(): void {
    this.metrics.observe(
      { name: 'rampart_signing_key_start_timestamp_seconds', help: 'From when a key signs.', labels: ['kid'] },
      () => this.signingKeys.lives().flatMap(({ kid, nbf }) => (nbf === 0 ? [] : [[nbf, { kid }] as const])),
    );
    this.metrics.observe(
      { name: 'rampart_signing_key_end_timestamp_seconds', help: 'From when a key does not verify.', labels: ['kid'] },
      () => this.signingKeys.lives().flatMap(({ kid, exp }) => (Number.isFinite(exp) ? [[exp, { kid }] as const] : [])),
    );
  }
}
