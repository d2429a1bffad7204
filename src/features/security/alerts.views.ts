import { Field, Shows } from '../../platform/serialization/index.js';

const WHOM = 'what an alert is about; the routes take `security:read`';

@Shows('SecurityAlert')
export class SecurityAlertView {
  @Field() id!: string;
  @Field({ example: 'password-guessing', description: 'Detection point, after OWASP AppSensor.' }) point!: string;
  @Field({ example: 'Somebody guesses passwords', description: 'What it is a sign of.' }) title!: string;
  @Field({ enum: ['low', 'medium', 'high'] }) severity!: string;
  @Field({
    example: 'address 198.51.100.7',
    description: 'An address, a caller (`user:…`, `api-key:…`), the id of an account, or `everybody`.',
    because: WHOM,
  })
  subject!: string;
  @Field({ description: 'Signals until it was noticed.' }) count!: number;
  @Field({ example: ['slow-down'], description: 'What was done about it.' }) reactions!: string[];
  @Field() occurredAt!: Date;
}

@Shows('SecurityMeasure')
export class SecurityMeasureView {
  @Field() id!: string;
  @Field({ because: WHOM }) subject!: string;
  @Field({ enum: ['slow-down', 'step-up', 'block'] }) kind!: string;
  @Field() point!: string;
  @Field() createdAt!: Date;
  @Field() expiresAt!: Date;
}
