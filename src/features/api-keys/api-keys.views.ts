import { Field, Shows } from '../../platform/serialization/index.js';

@Shows('ApiKey')
export class ApiKeyView {
  @Field() id!: string;
  @Field({
    example: 'k3n9x2vq7m1p',
    description: 'The public part of the key: the text between the second and the third underscore.',
  })
  keyId!: string;
  @Field({ example: 'Laboratory import' }) name!: string;
  @Field({ description: 'Who made it: the key may do what they may, as far as its scopes go.' }) createdById!: string;
  @Field({ example: ['patients:read'] }) scopes!: string[];
  @Field({ example: ['198.51.100.0/24'], description: 'CIDR. None: anywhere.' }) networks!: string[];
  @Field({ example: 'standard' }) rateTier!: string;
  @Field({
    enum: ['active', 'suspended', 'expired', 'revoked'],
    description: 'Suspended: nobody has used it for 45 days.',
  })
  status!: string;
  @Field() createdAt!: Date;
  @Field() expiresAt!: Date;
  @Field({ nullable: true }) revokedAt!: Date;
  @Field({ nullable: true, description: 'Up to half a minute behind.' }) lastUsedAt!: Date;
  @Field({ nullable: true, because: 'how its maker sees that somebody else uses it' }) lastUsedIp!: string;
}

export class NewApiKeyView extends ApiKeyView {
  @Field({
    example: 'rmp_live_k3n9x2vq7m1p_...',
    description: 'The whole key. It is shown this once, and nowhere kept.',
    dataClass: 'secret',
    because: 'made for whoever gets this answer',
  })
  key!: string;
}
