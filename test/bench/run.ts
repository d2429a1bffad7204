import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Failure, runScript } from '../../scripts/bootstrap/failure.mjs';
import { CONNECTIONS, type Contender, duel, type Duel, median, warmUp } from './measure.ts';
import { killAll, LoadGenerator } from './processes.ts';
import {
  duelTable,
  lifeTable,
  signInTable,
  missedTargets,
  type Report,
  stepCost,
  type StepCost,
  stepHeading,
  stepLine,
  targets,
} from './report.ts';
import { compareMissing, compareReads, compareSignIns } from './sign-in.ts';
import { refuseDifferentAnswers, Site } from './site.ts';
import { steps } from './steps.ts';

const usage = `npm run bench -- [options]

Measures the built server against a bare Fastify with a prepared pg statement, on a database of its own in .data/bench:
throughput of one row and of a list of 20 as ratios within this run, cold start, memory, and what each step of the pipeline
costs; refused sign-ins for known and unknown accounts, and reads while people sign in. Takes four to five minutes. test/bench/README.md says how to read it.
  --quick        shorter rounds: a look, not a measurement
  --no-steps     without the table of steps
  --json <file>  also writes the figures there
  --check        exit code 1 when a target is missed
  --help`;

/** All times in seconds. */
const plans = {
  full: { rounds: 5, seconds: 3, warmUp: 5, starts: 5, steps: { rounds: 3, seconds: 1, warmUp: 1 } },
  quick: { rounds: 3, seconds: 1, warmUp: 3, starts: 3, steps: { rounds: 1, seconds: 1, warmUp: 1 } },
};
type Plan = (typeof plans)['full'];

const REQUESTS_BEFORE_MEMORY = 10_000;
const MIB = 1024 * 1024;

const paths = (site: Site, prefix: string) => ({
  one: `${prefix}/patients/${site.patientId}`,
  list: `${prefix}/patients?limit=20`,
});

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      'no-steps': { type: 'boolean' },
      json: { type: 'string' },
      check: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (options.help) return console.log(usage);
  const plan = options.quick ? plans.quick : plans.full;
  const onDatabase = stopAllAtExit();
  const load = new LoadGenerator();
  console.log('Starting and seeding the database of the bench ...');
  const site = await Site.prepare(onDatabase);
  const report = await measure(site, load, plan, options['no-steps'] !== true);
  load.stop();
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  const missed = missedTargets(report);
  if (options.check && missed.length > 0) throw new Failure(`Missed: ${missed.join(', ')}.`);
}

/** Whatever ends the bench, its processes end with it, the database last. Returns who is to be told of the database. */
function stopAllAtExit(): (cluster: { stop(): void }) => void {
  let database: { stop(): void } | undefined;
  let code: number | undefined;
  process.on('exit', () => {
    killAll();
    database?.stop();
  });
  const leave = (wanted: number): void => {
    code = wanted;
    // A database that is about to start is stopped as soon as it has.
    if (database !== undefined) process.exit(wanted);
  };
  process.on('SIGINT', () => leave(130));
  process.on('SIGTERM', () => leave(143));
  return (cluster) => {
    database = cluster;
    if (code !== undefined) process.exit(code);
  };
}

async function measure(site: Site, load: LoadGenerator, plan: Plan, withSteps: boolean): Promise<Report> {
  const about = { node: process.version, platform: process.platform, cores: availableParallelism() };
  console.log(
    `Node ${about.node}, ${about.cores} cores, ${CONNECTIONS} connections, one process each, ${plan.rounds} rounds of ${plan.seconds} s in turn\n`,
  );
  const [one, list] = await compare(site, load, plan);
  const life = { coldStartMs: await coldStart(site, plan.starts), residentMib: await residentMemory(site, load) };
  console.log(lifeTable(life.coldStartMs, life.residentMib, REQUESTS_BEFORE_MEMORY));
  const signIn = await measureSignIn(site, load);
  console.log(signInTable(signIn));
  const costs = withSteps ? await costOfSteps(site, load, plan) : [];
  return { ...about, connections: CONNECTIONS, one, list, ...life, ...signIn, steps: costs };
}

async function compare(site: Site, load: LoadGenerator, plan: Plan): Promise<[Duel, Duel]> {
  const baseline = await site.startBaseline();
  const rampart = await site.startRampart();
  const bare = paths(site, baseline.origin);
  const full = paths(site, `${rampart.origin}/v1`);
  await refuseDifferentAnswers(bare, { ...full, headers: await site.signIn(rampart) });
  const against = async (kind: 'one' | 'list', title: string): Promise<Duel> => {
    const a: Contender = { service: baseline, url: bare[kind], headers: {} };
    const b: Contender = { service: rampart, url: full[kind], headers: await site.signIn(rampart) };
    for (const contender of [a, b]) await warmUp(load, contender, plan.warmUp);
    const result = await duel(load, a, b, plan);
    console.log(duelTable(title, result, targets[kind]));
    return result;
  };
  const one = await against('one', 'GET one patient');
  const list = await against('list', 'GET a list of 20 patients');
  await Promise.all([baseline.stop(), rampart.stop()]);
  return [one, list];
}

async function coldStart(site: Site, times: number): Promise<number> {
  const starts: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const server = await site.startRampart();
    starts.push(server.startMs);
    await server.stop();
  }
  return median(starts);
}

async function residentMemory(site: Site, load: LoadGenerator): Promise<number> {
  const server = await site.startRampart();
  const { one: url } = paths(site, `${server.origin}/v1`);
  const headers = await site.signIn(server);
  await load.run({ url, headers, connections: CONNECTIONS, amount: REQUESTS_BEFORE_MEMORY });
  const bytes = server.residentBytes();
  await server.stop();
  return bytes / MIB;
}

async function measureSignIn(site: Site, load: LoadGenerator) {
  const server = await site.startRampart();
  const times = {
    ...(await compareSignIns(site, server)),
    ...(await compareMissing(site, server)),
    ...(await compareReads(site, server, load)),
  };
  await server.stop();
  return times;
}

/** The first row switches nothing off: what it shows is noise, and how far to believe the others. */
const nothing = { name: 'none', title: 'nothing: the noise of this table', standIn: undefined };

/** All in one process, which is as warm for the first step as for the last. */
async function costOfSteps(site: Site, load: LoadGenerator, plan: Plan): Promise<StepCost[]> {
  const service = await site.startVariant();
  const url = paths(site, `${service.origin}/v1`).one;
  const without = async (step: string): Promise<Contender> => {
    // Nobody can sign in without some of them.
    await service.tell('none');
    return { service, url, headers: await site.signIn(service), prepare: () => service.tell(step) };
  };
  console.log(stepHeading());
  await warmUp(load, await without('none'), 2 * plan.warmUp);
  const costs: StepCost[] = [];
  for (const { name, title, standIn } of [nothing, ...steps]) {
    await warmUp(load, await without(name), plan.steps.warmUp);
    const result = await duel(load, await without('none'), await without(name), plan.steps);
    const cost = stepCost(title, standIn, result);
    costs.push(cost);
    console.log(stepLine(cost));
  }
  await service.stop();
  return costs;
}

await runScript(main);
process.exit();
