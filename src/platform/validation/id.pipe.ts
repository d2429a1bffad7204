import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { ValidationFailed } from '../errors/index.js';

/** A path parameter that names a row: a UUID, in lower case. */
@Injectable()
export class IdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown, { data }: ArgumentMetadata): string {
    if (typeof value === 'string' && isUUID(value)) return value.toLowerCase();
    throw new ValidationFailed([
      { pointer: `#/${data ?? 'id'}`, code: 'is-uuid', message: `${data ?? 'id'} must be a UUID` },
    ]);
  }
}
