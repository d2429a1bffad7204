import { Field } from '../../platform/serialization/index.js';

export class SecurityAlertView {
  @Field() id!: string;
  @Field({ description: 'Detection point, after OWASP AppSensor.' }) point!: string;
  @Field({ description: 'What it is a sign of.' }) title!: string;
  @Field({ enum: ['low', 'medium', 'high'] }) severity!: string;
  @Field({ description: 'An address, a caller (`user:…`, `api-key:…`), the id of an account, or `everybody`.' })
  subject!: string;
  @Field({ description: 'Signals until it was noticed.' }) count!: number;
  @Field({ description: 'What was done about it.' }) reactions!: string[];
  @Field() occurredAt!: Date;
}

export class SecurityMeasureView {
  @Field() id!: string;
  @Field() subject!: string;
  @Field({ enum: ['slow-down', 'step-up', 'block'] }) kind!: string;
  @Field() point!: string;
  @Field() createdAt!: Date;
  @Field() expiresAt!: Date;
}
