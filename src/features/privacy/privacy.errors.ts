import { AppError } from '../../platform/errors/index.js';

/** An organization would be left without an owner. */
export class OnlyOwner extends AppError {
  constructor() {
    super('conflict', { context: { reason: 'last-owner' } });
  }
}
