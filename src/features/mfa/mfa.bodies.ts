import { TypedCode } from '../../platform/validation/index.js';

export class ConfirmTotpBody {
  @TypedCode({ description: 'Six digits from the authenticator app.', example: '492039' })
  code!: string;
}
