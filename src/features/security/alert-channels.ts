import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { newId } from '../../platform/crypto/index.js';
import { DetectionConfig } from '../../platform/detection/index.js';
import { defineJob, JobQueue } from '../../platform/jobs/index.js';
import { Outbox } from '../../platform/mail/index.js';
import { OutboundConfig, OutboundHttp } from '../../platform/outbound/index.js';
import { Clock } from '../../platform/time/index.js';
import { AlertsRepository, type NewAlert, type SecurityAlert } from './alerts.repository.js';
import { titleOf } from './alerts.service.js';
import { signWebhook } from './webhook-signature.js';

const TIMEOUT_MS = 5000;
const MAX_ANSWER_BYTES = 4096;

const webhookJob = defineJob('security.alert-webhook', z.object({ id: z.uuid(), body: z.string() }));

/** An alert, and word of it to the outside: a signed webhook, and a mail for those of high severity. Queued with the alert. */
@Injectable()
export class AlertChannels implements OnModuleInit {
  constructor(
    private readonly alerts: AlertsRepository,
    private readonly jobs: JobQueue,
    private readonly outbox: Outbox,
    private readonly http: OutboundHttp,
    private readonly outbound: OutboundConfig,
    private readonly config: DetectionConfig,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.handle(webhookJob, (call) => this.call(call));
  }

  /** Gives its id. */
  async raise({ organizationId, ...facts }: NewAlert): Promise<string> {
    const alert = await this.alerts.add({ ...facts, organizationId });
    await this.announce(alert, organizationId);
    return alert.id;
  }

  private async announce(alert: SecurityAlert, organizationId: string | null): Promise<void> {
    if (this.outbound.values.ALERT_WEBHOOK_URL !== undefined) {
      const body = JSON.stringify({
        type: 'security.alert',
        data: { ...alert, organizationId, title: titleOf(alert.point) },
      });
      await this.jobs.enqueue(webhookJob, { id: newId(), body });
    }
    const { ALERT_EMAIL: to } = this.config.values;
    if (to !== undefined && alert.severity === 'high') await this.outbox.post(mailOf(alert, organizationId, to));
  }

  /** At least once: the id stays the same over all tries, so that the receiver can tell. */
  private async call({ id, body }: z.infer<(typeof webhookJob)['data']>): Promise<void> {
    const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: secret } = this.outbound.values;
    if (url === undefined || secret === undefined) return;
    const headers = signWebhook({ id, body, secret, at: this.clock.now() });
    await this.http.post(new URL(url), { body, headers, timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES });
  }
}

/** Ids alone: a mail is not the place for who did what to whom. */
function mailOf({ id, point, subject, count, occurredAt }: SecurityAlert, organizationId: string | null, to: string) {
  const lines = [
    `${point}: ${titleOf(point)}`,
    `About: ${subject}`,
    `Organization: ${organizationId ?? 'none'}`,
    `Signals: ${String(count)}, until ${occurredAt.toISOString()}`,
    `Alert: ${id}`,
  ];
  return { to, subject: `Security alert ${point}`, text: `${lines.join('\n')}\n` };
}
