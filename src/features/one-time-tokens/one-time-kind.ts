import type { z } from 'zod';

/** What a token is good for; the names of the enum of the same name in prisma/schema. */
export type OneTimePurpose =
  | 'sign_up'
  | 'change_email'
  | 'reset_password'
  | 'invitation'
  | 'second_factor'
  | 'passkey_registration'
  | 'passkey_sign_in';

type Json = string | number | boolean | null | readonly Json[] | JsonObject;
/** What a token can remember. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** One kind of one-time token, declared by the feature that issues it. */
export interface OneTimeKind<Context extends JsonObject> {
  readonly purpose: OneTimePurpose;
  readonly ttlSeconds: number;
  /** What the token remembers, encrypted at rest. */
  readonly context: z.ZodType<Context>;
  /** A new token of a person voids their older ones of this kind. */
  readonly replacesOlder: boolean;
}
