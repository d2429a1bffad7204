import { ApiProperty } from '@nestjs/swagger';
import { Field, Shows } from '../../platform/serialization/index.js';

const AUDITED = 'for whoever may read the record of the organization, and the route asks for that';

const anyLiteral = { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }], nullable: true };

export class AuditChangeView {
  @Field({ example: 'phone' }) field!: string;
  @ApiProperty(anyLiteral)
  @Field({ nullable: true, description: 'Before; `[masked]` where the value is protected.' })
  from!: string | null;
  @ApiProperty(anyLiteral)
  @Field({ nullable: true, description: 'After.' })
  to!: string | null;
}

@Shows('AuditEvent')
export class AuditEventView {
  @Field() id!: string;
  @Field() occurredAt!: Date;
  @Field({ example: 'patient_updated', description: 'After the OWASP Logging Vocabulary.' }) name!: string;
  @Field({ enum: ['success', 'failure'] }) outcome!: string;
  @Field({ enum: ['user', 'api-key', 'client', 'anonymous', 'system'] }) actorKind!: string;
  @Field({ nullable: true }) actorId!: string;
  @Field({ nullable: true }) sessionId!: string;
  @Field({ nullable: true, because: AUDITED }) ip!: string;
  @Field({ nullable: true }) requestId!: string;
  @Field({ nullable: true }) targetType!: string;
  @Field({ example: ['0198d2f0-6f3a-7c11-9b1e-3a5d5f6c7e21'] }) targetIds!: string[];
  @Field({ nullable: true, because: AUDITED }) reason!: string;
  @Field({ list: AuditChangeView, because: AUDITED }) changes!: readonly AuditChangeView[];
}

export class AuditFindingView {
  @Field({ enum: ['event-missing', 'event-altered', 'seal-missing', 'seal-altered', 'key-missing', 'truncated'] })
  problem!: string;
  @Field() sealNumber!: number;
  @Field({ example: '4711', optional: true, description: 'Number of the event.' }) sequence?: string;
  @Field({ optional: true }) eventId?: string;
}

export class AuditIntegrityView {
  @Field() isIntact!: boolean;
  @Field() seals!: number;
  @Field({ description: 'Events that are sealed.' }) events!: number;
  @Field({ description: 'Events that are written and not sealed yet.' }) unsealed!: number;
  @Field({ view: AuditFindingView, optional: true, description: 'The first thing that is wrong.' })
  finding?: AuditFindingView;
}
