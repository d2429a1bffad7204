import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, MaxLength, ValidateIf } from 'class-validator';
import { OneOf, Text, WholeNumber } from '../../platform/validation/index.js';
import { openScopes } from './api-keys.policy.js';

const MAX_NETWORKS = 20;
/** `::ffff:255.255.255.255/128`, and room. */
const CIDR_MAX = 49;
const MAX_OVERLAP_HOURS = 168;
const DEFAULT_OVERLAP_HOURS = 24;

function Scopes(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, isArray: true, enum: [...openScopes], minItems: 1, maxItems: openScopes.length }),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(openScopes.length),
    ArrayUnique(),
    IsIn(openScopes, { each: true, message: 'each value in scopes must be a permission that is open to keys' }),
  );
}

/** Bounded here, parsed by the service. */
function Networks(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: 'array',
      items: { type: 'string', maxLength: CIDR_MAX },
      maxItems: MAX_NETWORKS,
      description: 'CIDR. None: anywhere.',
    }),
    ValidateIf((_object, value) => value !== undefined),
    IsArray(),
    ArrayMaxSize(MAX_NETWORKS),
    MaxLength(CIDR_MAX, { each: true }),
  );
}

export class CreateKeyBody {
  @Text({ max: 64, example: 'Laboratory import' }) name!: string;
  @Scopes() scopes!: string[];
  @WholeNumber({ min: 1, max: 90 }) expiresInDays!: number;
  @Networks() networks: string[] = [];
  @OneOf(['standard', 'high'], { optional: true, description: 'How many requests it may make; default standard.' })
  rateTier: string = 'standard';
}

export class RotateKeyBody {
  @WholeNumber({
    min: 0,
    max: MAX_OVERLAP_HOURS,
    optional: true,
    description: `How long the old key goes on, in hours; default ${DEFAULT_OVERLAP_HOURS}.`,
  })
  overlapHours: number = DEFAULT_OVERLAP_HOURS;
}
