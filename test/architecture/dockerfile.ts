interface Instruction {
  readonly name: string;
  readonly value: string;
}

function instructionsIn(text: string): Instruction[] {
  return text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...rest] = line.trim().split(/\s+/);
      return { name: name.toUpperCase(), value: rest.join(' ') };
    });
}

const EXACT = /^[\w./-]+:\d+\.\d+\.\d+[\w.-]*(?:@sha256:[0-9a-f]{64})?(?: AS \w+)?$/;
const SECRET = /(?:password|secret|token|private|credential|_key)\w*=/i;

/** What an image must not be, one line each; the last stage is what ships. @control A9.4 A5.3 */
export function findDockerfileProblems(text: string): string[] {
  const all = instructionsIn(text);
  const last = all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
  return [...all.flatMap(anywhere), ...stageProblems(last)];
}

function anywhere({ name, value }: Instruction): string[] {
  const checks: readonly (readonly [isBad: boolean, problem: string])[] = [
    [name === 'FROM' && !EXACT.test(value), `${value} is no exact image`],
    [name === 'ADD', 'ADD fetches and unpacks: use COPY'],
    [/ENV|ARG/.test(name) && SECRET.test(value), `${value.split('=')[0]} stays in the layers`],
    [name === 'RUN' && /\bnpm (?:i|install)\b|\bnpx\b/.test(value), 'installs what is not in the lockfile'],
    [name === 'RUN' && /(?:curl|wget)\b/.test(value), 'runs what came from the network'],
    [name === 'RUN' && /\bsudo\b|chmod [-+\w]*777/.test(value), 'gives rights away'],
    [name === 'RUN' && value.includes('--ignore-scripts=false'), 'runs install scripts'],
  ];
  return checks.filter(([isBad]) => isBad).map(([, problem]) => problem);
}

function stageProblems(stage: readonly Instruction[]): string[] {
  const valueOf = (name: string): string | undefined => stage.findLast((one) => one.name === name)?.value;
  const user = /^(\d+):(\d+)$/.exec(valueOf('USER') ?? '');
  const isExec = (value: string | undefined): boolean => /^(?:.* )?\["/.test(value ?? '');
  const checks: readonly (readonly [isFit: boolean, problem: string])[] = [
    [user !== null && Number(user[1]) > 0 && Number(user[2]) > 0, 'runs as root, or as a name that nobody can check'],
    [valueOf('ENV')?.includes('NODE_ENV=production') === true, 'is not for production'],
    [isExec(valueOf('CMD')), 'starts through a shell, which keeps the signals'],
    [valueOf('STOPSIGNAL') === 'SIGTERM', 'is not stopped by SIGTERM'],
    [isExec(valueOf('HEALTHCHECK')) && /--timeout=/.test(valueOf('HEALTHCHECK') ?? ''), 'has no health check'],
    [(valueOf('EXPOSE') ?? '').split(' ').every((port) => Number(port) > 1023), 'listens where only root may'],
    [stage.every(({ name, value }) => name !== 'COPY' || value.startsWith('--from=')), 'copies from the checkout'],
    [stage.every(({ name, value }) => name !== 'COPY' || !value.includes('--chown')), 'may change what it runs'],
    [stage.every(({ name }) => name !== 'RUN'), 'builds in the stage that ships'],
  ];
  return checks.filter(([isFit]) => !isFit).map(([, problem]) => problem);
}
