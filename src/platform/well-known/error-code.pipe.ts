import { Injectable, type PipeTransform } from '@nestjs/common';
import { isErrorCode, ResourceNotFound, type ErrorCode } from '../errors/index.js';

@Injectable()
export class ErrorCodePipe implements PipeTransform<string, ErrorCode> {
  transform(code: string): ErrorCode {
    if (!isErrorCode(code)) throw new ResourceNotFound();
    return code;
  }
}
