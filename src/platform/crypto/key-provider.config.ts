import { z } from 'zod';
import { configSlice, list, secretText } from '../config/index.js';

export class KeyProviderConfig extends configSlice('Keys in an HSM or in AWS KMS', {
  KEY_PROVIDER: z
    .enum(['local', 'pkcs11', 'aws-kms'])
    .default('local')
    .describe(
      'What wraps the data keys: KEY_ENCRYPTION_KEYS, a key in an HSM, or one in AWS KMS. What is set of the others goes on unwrapping.',
    ),
  PKCS11_MODULE: z.string().min(1).optional().describe('Path of the PKCS #11 library of the HSM.'),
  PKCS11_TOKEN: z.string().min(1).optional().describe('Label of the token.'),
  PKCS11_PIN: secretText('PIN of the user of the token.').optional(),
  PKCS11_KEYS: list(
    'Labels of AES-256 keys in the token, comma-separated. The first wraps, all unwrap. Default: none.',
  ).default([]),
  AWS_KMS_KEYS: list(
    'ARNs of symmetric KMS keys of one region, comma-separated. The first wraps, all unwrap. Default: none.',
  ).default([]),
  AWS_KMS_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe('Where KMS answers. Default: the endpoint of the region.'),
}) {
  static override productionProblems({ AWS_KMS_ENDPOINT }: KeyProviderConfig['values']): readonly string[] {
    return AWS_KMS_ENDPOINT?.startsWith('http:') === true
      ? ['AWS_KMS_ENDPOINT: production calls out by https only']
      : [];
  }
}
