import { Injectable } from '@nestjs/common';
import { SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { Clock } from '../../platform/time/index.js';
import { MembershipsRepository } from '../organizations/index.js';
import { SessionsService, type Device, type SessionTokens } from '../sessions/index.js';
import { Notices, UsersRepository } from '../users/index.js';
import { NotAMember } from './auth.errors.js';
import { erasureTakenBack, newDevice } from './auth.mails.js';
import { KnownDevicesRepository } from './known-devices.repository.js';

interface ProvedPerson {
  readonly userId: string;
  /** Undefined: the one joined first. */
  readonly organizationId: string | undefined;
  readonly amr: readonly string[];
  readonly device: Device;
}

/** The last step of every sign-in, however the person has proved who they are. */
@Injectable()
export class SignIn {
  constructor(
    private readonly memberships: MembershipsRepository,
    private readonly sessions: SessionsService,
    private readonly devices: KnownDevicesRepository,
    private readonly users: UsersRepository,
    private readonly notices: Notices,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Opens a session, and tells the person when the device is new, or their account was to be erased. Throws `NotAMember`. */
  async complete({ userId, organizationId: wanted, amr, device }: ProvedPerson): Promise<SessionTokens> {
    const organizationId = await this.chooseOrganization(userId, wanted);
    return this.work.run(async () => {
      const now = this.clock.now();
      const isNew = await this.devices.remember(userId, device, now);
      if (isNew) await this.notices.tell(userId, newDevice(device, now));
      if (await this.users.cancelErasure(userId)) await this.notices.tell(userId, erasureTakenBack);
      const target = { type: 'user', ids: [userId] };
      await this.events.record({
        name: 'authn_login_success',
        person: { userId },
        organizationId,
        target,
        facts: { amr },
      });
      return this.sessions.open({ userId, organizationId, amr, device });
    });
  }

  async chooseOrganization(userId: string, wanted: string | undefined): Promise<string> {
    const memberships = await this.memberships.listOf(userId);
    const chosen = memberships.find(({ organizationId }) => wanted === undefined || organizationId === wanted);
    if (chosen === undefined) throw new NotAMember();
    return chosen.organizationId;
  }
}
