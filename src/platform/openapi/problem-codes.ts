import { catalogue, isErrorCode, type ErrorCode } from '../errors/index.js';
import { hasGuardedFields } from '../validation/index.js';
import { hasParameter, isIdempotent, isPublic, type DescribedOperation } from './described-operations.js';

type Holds = (described: DescribedOperation) => boolean;

const always: Holds = () => true;
const changes: Holds = ({ route }) => route.method !== 'GET';
const isForSomebody: Holds = ({ route }) => !isPublic(route);
const isForEnrolment: Holds = ({ route: { access } }) =>
  access.some((rule) => rule.kind === 'authenticated' && rule.isForEnrolment);
const asksForAPermission: Holds = ({ route }) => route.access.some(({ kind }) => kind === 'permission');
/** Of the paths, those of the error pages alone are no id. */
const namesARow: Holds = ({ route }) => route.path.includes(':') && route.inputs.some(({ hasPipe }) => hasPipe);
/** Whoever is signed in may be erased while they ask. */
const isAboutThePerson: Holds = ({ route }) =>
  route.access.some(({ kind }) => kind === 'authenticated') || route.isStepUp;
const guardsFields: Holds = ({ route }) =>
  route.inputs.some(({ source, type }) => source === 'body' && typeof type === 'function' && hasGuardedFields(type));

/**
 * Which step of the pipeline can answer what, by what a route declares: the order is that of pipeline.module.ts. What the
 * handler adds is `@Fails`. Every answer of the e2e run is held against this (test/support/contract.ts). @control A14.1
 */
const steps: readonly (readonly [Holds, ...ErrorCode[]])[] = [
  // The server and its hooks.
  [always, 'malformed-request', 'request-timeout', 'uri-too-long', 'headers-too-large', 'quota-exceeded'],
  [always, 'service-unavailable', 'internal-error'],
  [changes, 'payload-too-large', 'unsupported-media-type'],
  // Guards.
  [always, 'temporarily-blocked'],
  [isForSomebody, 'unauthenticated', 'network-not-allowed', 'forbidden'],
  [(described) => isForSomebody(described) && !isForEnrolment(described), 'second-factor-required'],
  [(described) => asksForAPermission(described) || described.route.isStepUp, 'step-up-required'],
  [always, 'not-acceptable'],
  // A query or a body that the route does not take is refused like one that it takes and that is wrong (pipes).
  [always, 'validation-failed'],
  [guardsFields, 'field-not-allowed'],
  // Interceptors.
  [({ route }) => route.deprecation !== undefined, 'gone'],
  [({ route }) => isIdempotent(route), 'idempotency-key-in-use', 'idempotency-key-reused'],
  // The handler, and the database behind it.
  [(described) => namesARow(described) || isAboutThePerson(described), 'not-found'],
  [({ operation }) => hasParameter(operation, 'If-Match'), 'precondition-failed', 'precondition-required'],
  [changes, 'conflict'],
];

/** The codes of all problems that the operation may answer with, in the order of the catalogue. */
export function problemCodesOf(described: DescribedOperation): readonly ErrorCode[] {
  const derived = steps.flatMap(([holds, ...codes]) => (holds(described) ? codes : []));
  const all = new Set([...derived, ...described.route.fails]);
  return Object.keys(catalogue).filter((code): code is ErrorCode => isErrorCode(code) && all.has(code));
}
