import spectral, { type RulesetDefinition } from '@stoplight/spectral-core';
import functions from '@stoplight/spectral-functions';
import owasp from '@stoplight/spectral-owasp-ruleset';
import rulesets from '@stoplight/spectral-rulesets';

interface Operation {
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-access'?: string;
}

const { createRulesetFunction, Spectral } = spectral;
const { pattern, schema } = functions;
/** Of the severities the first; the others are advice. */
const isError = (severity: number) => severity === 0;
const OPERATIONS = '$.paths[*][get,post,put,patch,delete]';

const rule = (message: string, given: string, check: object) =>
  // oxlint-disable-next-line unicorn/no-thenable -- Spectral's word, and no promise
  ({ message, given, severity: 'error', then: check });
const about = (judge: (operation: Operation) => string | undefined) =>
  createRulesetFunction<Operation, null>({ input: null, options: null }, (operation) => {
    const message = judge(operation);
    return message === undefined ? [] : [{ message }];
  });

/** A route that everybody may call says so (x-access, from @Public with its reason); every other asks for a credential. */
const isSecuredOrPublic = about(({ security = [], 'x-access': access }) => {
  if (access === undefined) return 'does not say who may call it';
  const isSecured = security.length > 0 && security.every((scheme) => Object.keys(scheme).length > 0);
  return isSecured === (access !== 'public') ? undefined : `says ${access}, and its security says otherwise`;
});

const namesItsScope = about(({ security = [], 'x-access': access = '' }) =>
  !access.includes(':') || security.every((scheme) => Object.values(scheme).every(([scope]) => scope === access))
    ? undefined
    : `needs ${access}, and its security does not name it`,
);

/** The conventions of the house; the rest is OWASP's ruleset for the API Security Top 10, and Spectral's own for OpenAPI. */
const house = {
  'rampart:secured-or-public': rule('{{error}}', OPERATIONS, { function: isSecuredOrPublic }),
  'rampart:scope': rule('{{error}}', OPERATIONS, { function: namesItsScope }),
  'rampart:operation-id': rule('operationId is resource.verb', OPERATIONS, {
    field: 'operationId',
    function: pattern,
    functionOptions: { match: '^[a-z][A-Za-z0-9]*\\.[a-z][A-Za-z]*$' },
  }),
  'rampart:path': rule('paths are in lower case, and versioned or about the server itself', '$.paths', {
    field: '@key',
    function: pattern,
    functionOptions: {
      match: '^(/v[1-9]|(?=/(\\.well-known|health|errors|deprecations)))(/[a-z0-9.-]+|/\\{[A-Za-z]+\\})+$',
    },
  }),
  'rampart:problem': rule('failures are problem documents', `${OPERATIONS}.responses[?(@property.match(/^[45]/))]`, {
    field: 'content',
    function: schema,
    functionOptions: {
      schema: {
        type: 'object',
        required: ['application/problem+json'],
        maxProperties: 1,
      },
    },
  }),
  'rampart:page': rule('a page has items and nextCursor', '$.components.schemas[?(@property.match(/Page$/))]', {
    field: 'required',
    function: schema,
    functionOptions: {
      schema: { type: 'array', allOf: [{ contains: { const: 'items' } }, { contains: { const: 'nextCursor' } }] },
    },
  }),
};

const ruleset = {
  extends: [rulesets.oas, owasp],
  rules: {
    ...house,
    // Asks for a credential on every write, also where signing in is how to get one; rampart:secured-or-public asks everywhere.
    'owasp:api2:2023-write-restricted': 'off',
    // Compiles each schema for each use of each example: test/e2e/openapi-and-docs.test.ts holds every example to its schema, once.
    'oas3-valid-media-example': 'off',
    // OpenAPI 3.1 lets schemes that are not OAuth name scopes; the rule is of 3.0.
    'oas3-operation-security-defined': 'off',
  },
};

/** Every error that the rules find, as `rule at.path: message`. @control A14.2 */
export async function findRuleBreaks(document: object): Promise<string[]> {
  const linter = new Spectral();
  // The makers' packages do not agree on the type of a ruleset.
  linter.setRuleset(ruleset as unknown as RulesetDefinition);
  const found = await linter.run(structuredClone(document) as Record<string, unknown>);
  return found
    .filter(({ severity }) => isError(severity))
    .map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`);
}
