import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** Of iproute2; a machine without it has no namespaces for us. */
const IP = 'ip';
const name = `rmp${process.pid}`;
const subnet = `10.231.${process.pid % 250}`;

/** Both ends of the cable, in both families. */
export const here = { v4: `${subnet}.1`, v6: 'fd77:77::1' };
export const there = { v4: `${subnet}.2`, v6: 'fd77:77::2' };

const commands = [
  `netns add ${name}`,
  `link add ${name} type veth peer name ${name}p netns ${name}`,
  `addr add ${here.v4}/30 dev ${name}`,
  `addr add ${here.v6}/64 dev ${name} nodad`,
  `link set ${name} up`,
  `-n ${name} addr add ${there.v4}/30 dev ${name}p`,
  `-n ${name} addr add ${there.v6}/64 dev ${name}p nodad`,
  `-n ${name} link set ${name}p up`,
];

function ip(command: string): void {
  execFileSync(IP, command.split(' '), { stdio: 'pipe' });
}

/** Another host, as far as the network can tell: a Linux network namespace. False where the machine does not allow it. */
export function openNamespace(): boolean {
  try {
    for (const command of commands) ip(command);
    return true;
  } catch {
    closeNamespace();
    return false;
  }
}

export function closeNamespace(): void {
  for (const command of [`link del ${name}`, `netns del ${name}`]) {
    try {
      ip(command);
    } catch {
      // It was never there.
    }
  }
}

interface Get {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The statuses of these requests, sent from over there. */
export async function statusesThere(requests: readonly Get[]): Promise<unknown> {
  const script = `
    const send = ({ url, headers }) => fetch(url, { headers }).then(({ status }) => status);
    Promise.all(JSON.parse(process.argv[1]).map(send)).then((statuses) => console.log(JSON.stringify(statuses)));`;
  const command = ['netns', 'exec', name, process.execPath, '-e', script, JSON.stringify(requests)];
  const { stdout } = await promisify(execFile)(IP, command);
  return JSON.parse(stdout);
}
