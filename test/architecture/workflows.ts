import { parse } from 'yaml';
import { z } from 'zod';

const permissionsSchema = z.union([z.string(), z.record(z.string(), z.string())]);
const stepSchema = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
const jobSchema = z.looseObject({
  'runs-on': z.string().optional(),
  container: z.union([z.string(), z.object({ image: z.string() })]).optional(),
  'timeout-minutes': z.number().optional(),
  permissions: permissionsSchema.optional(),
  strategy: z.looseObject({ matrix: z.record(z.string(), z.unknown()).default({}) }).optional(),
  steps: z.array(stepSchema).default([]),
});
const workflowSchema = z.looseObject({
  on: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.unknown())]),
  permissions: permissionsSchema.optional(),
  jobs: z.record(z.string(), jobSchema),
});

type Job = z.infer<typeof jobSchema>;
type Step = z.infer<typeof stepSchema>;

const LONGEST_MINUTES = 180;
/** They run with the rights of the repository on what a stranger has sent. */
const FORBIDDEN_EVENTS = ['pull_request_target', 'workflow_run', 'issue_comment'];
/** Which action needs which right to write; a job without it must not have the right. */
const WRITERS: Readonly<Record<string, RegExp>> = {
  'security-events': /^github\/codeql-action\//,
  'id-token': /^(?:actions\/attest|ossf\/scorecard-action)@/,
  attestations: /^actions\/attest@/,
};
const EXACT_IMAGE = /^[\w./-]+:\d+\.\d+\.\d+[\w.-]*$/;

/** What makes a workflow more powerful, or less certain, than it must be; one line each. @control A8.3 */
export function findWorkflowProblems(text: string, scripts: ReadonlySet<string>): string[] {
  const { on, permissions, jobs } = workflowSchema.parse(parse(text));
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on);
  return [
    ...events.filter((event) => FORBIDDEN_EVENTS.includes(event)).map((event) => `is started by ${event}`),
    ...(isNothing(permissions) ? [] : ['has permissions of its own: they belong to the jobs']),
    ...unpinned(text),
    ...leakedSecrets(text, events),
    ...Object.entries(jobs).flatMap(([name, job]) => jobProblems(job, scripts).map((problem) => `${name}: ${problem}`)),
  ];
}

const isNothing = (permissions: unknown): boolean =>
  typeof permissions === 'object' && permissions !== null && Object.keys(permissions).length === 0;

/** The whole line is looked at: behind the commit stands the version that it is, for the reader and for Dependabot. */
function unpinned(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^\s*-?\s*uses:/.test(line))
    .filter((line) => !/uses: (?:\.\/\S+|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/.test(line))
    .map((line) => `is not pinned by commit: ${line.trim()}`);
}

function leakedSecrets(text: string, events: readonly string[]): string[] {
  const names = [...text.matchAll(/\bsecrets\.(\w+)/g)]
    .map(([, name]) => name)
    .filter((name) => name !== 'GITHUB_TOKEN');
  return events.includes('pull_request') && names.length > 0 ? [`gives ${names.join(', ')} to pull requests`] : [];
}

function jobProblems(job: Job, scripts: ReadonlySet<string>): string[] {
  const { container, strategy, 'timeout-minutes': minutes = Infinity, 'runs-on': system = '' } = job;
  const systems = [system, ...Object.values(strategy?.matrix ?? {}).flat()];
  return [
    ...(minutes <= LONGEST_MINUTES ? [] : ['has no end (timeout-minutes)']),
    ...(systems.some((one) => String(one).endsWith('-latest')) ? ['runs on whatever is latest'] : []),
    ...imageProblems(container),
    ...permissionProblems(job),
    ...job.steps.flatMap((step) => stepProblems(step, scripts)),
  ];
}

function imageProblems(container: Job['container']): string[] {
  const image = typeof container === 'object' ? container.image : container;
  return image === undefined || EXACT_IMAGE.test(image) ? [] : [`${image} is no exact image`];
}

function permissionProblems({ permissions, steps }: Job): string[] {
  if (permissions === undefined) return ['says no permissions'];
  if (typeof permissions === 'string') return [`has ${permissions}`];
  const isPublishing = steps.some(({ run = '' }) => run.includes('docker push'));
  return Object.entries(permissions)
    .filter(([, right]) => right !== 'read')
    .filter(([scope]) => !(scope === 'packages' && isPublishing))
    .filter(([scope]) => !steps.some(({ uses = '' }) => WRITERS[scope]?.test(uses)))
    .map(([scope, right]) => `has ${scope}: ${right}, which no step needs`);
}

function stepProblems({ uses = '', run = '', with: options }: Step, scripts: ReadonlySet<string>): string[] {
  const script = `${run}\n${JSON.stringify(options['script'] ?? '')}`;
  const names = [...run.matchAll(/\bnpm run (?:--?[\w-]+ )*([\w:-]+)/g)].map(([, name = '']) => name);
  return [
    ...(uses.startsWith('actions/checkout@') && options['persist-credentials'] !== false
      ? ['leaves the token in the checkout (persist-credentials)']
      : []),
    ...(script.includes('${{')
      ? [`puts an expression into a script: ${/\$\{\{.*?\}\}/s.exec(script)?.[0] ?? ''}`]
      : []),
    ...(/\bnpm (?:i|install)\b|\bnpx\b|curl[^|\n]*\|/.test(run) ? ['runs what is in no lockfile'] : []),
    ...names.filter((name) => !scripts.has(name)).map((name) => `npm run ${name} does not exist`),
  ];
}

/** Actions that are used at more than one commit. */
export function findMixedVersions(texts: readonly string[]): string[] {
  const commits = new Map<string, Set<string>>();
  for (const [, action = '', commit = ''] of texts.join('\n').matchAll(/uses: ([\w.-]+\/[\w.-]+)\S*@([0-9a-f]{40})/g))
    commits.set(action, (commits.get(action) ?? new Set()).add(commit));
  return [...commits].filter(([, some]) => some.size > 1).map(([action]) => action);
}
