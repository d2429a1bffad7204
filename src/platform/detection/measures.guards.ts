import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { accessRulesOf, StepUpRequired, type Actor } from '../access/index.js';
import { ServiceUnavailable } from '../errors/index.js';
import { Clock } from '../time/index.js';
import { TemporarilyBlocked } from './detection.errors.js';
import { Measures, type Measure } from './measures.js';
import { addressOf, principalOf } from './subjects.js';

const SLOW_DOWN_MS = 1000;
/** Whoever is slowed down must not fill the memory with requests that wait. */
const MAX_WAITING = 100;

/** Carries out what is in force about an address, before anything is spent on its requests. @control B12.2 */
@Injectable()
export class AddressMeasuresGuard implements CanActivate {
  private waiting = 0;

  constructor(
    private readonly measures: Measures,
    private readonly clock: Clock,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { ip } = context.switchToHttp().getRequest<FastifyRequest>();
    if (this.measures.isEmpty) return true;
    return this.carryOut(this.measures.of(addressOf(ip)));
  }

  protected carryOut(measures: readonly Measure[]): boolean | Promise<boolean> {
    const now = this.clock.now().getTime();
    const inForce = measures.filter(({ until }) => until > now);
    const block = inForce.find(({ kind }) => kind === 'block');
    if (block !== undefined) throw new TemporarilyBlocked(Math.ceil((block.until - now) / 1000));
    return inForce.some(({ kind }) => kind === 'slow-down') ? this.delay() : true;
  }

  private async delay(): Promise<boolean> {
    if (this.waiting >= MAX_WAITING) throw new ServiceUnavailable();
    this.waiting += 1;
    try {
      await new Promise((resolve) => setTimeout(resolve, SLOW_DOWN_MS));
    } finally {
      this.waiting -= 1;
    }
    return true;
  }
}

/** The same about whoever has proved who they are. Their own account stays open to them, and with it the way to prove it again. */
@Injectable()
export class PrincipalMeasuresGuard extends AddressMeasuresGuard {
  constructor(
    private readonly ofPrincipals: Measures,
    clock: Clock,
  ) {
    super(ofPrincipals, clock);
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
    if (actor === undefined || this.ofPrincipals.isEmpty) return true;
    const measures = this.ofPrincipals.of(principalOf(actor));
    if (accessRulesOf(context.getHandler())[0]?.kind === 'permission') refuseOldProof(actor, measures);
    return this.carryOut(measures);
  }
}

/** What was proved before the suspicion does not count (RFC 9470). @control A1.5 B12.2 */
function refuseOldProof({ authTime }: Actor, measures: readonly Measure[]): void {
  const isAsked = measures.some(({ kind, since }) => kind === 'step-up' && authTime * 1000 < since);
  if (isAsked) throw new StepUpRequired();
}
