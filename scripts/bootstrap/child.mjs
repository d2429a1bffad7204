import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @typedef {{ code: number, output: string }} Outcome */

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Runs a program to its end and keeps what it prints.
 * @param {string} file
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, shown?: boolean, cwd?: string }} [options] shown: print its output as it comes
 * @returns {Promise<Outcome>}
 */
export function run(file, args, { env = process.env, shown = false, cwd = '.' } = {}) {
  const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
      if (shown) process.stdout.write(text);
    });
  }
  return ended(child).then((code) => ({ code, output }));
}

/**
 * Becomes the program, as far as a parent can: its output is ours, our signals are its signals, its end is our end. A
 * terminal sends Ctrl-C to us both, a supervisor only to us; the program must take a second signal for the same one.
 * @param {string} file
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<never>}
 */
export async function become(file, args, env = process.env) {
  // The channel is closed by our death, even by SIGKILL: that is how the program learns that nobody waits for it.
  const child = spawn(file, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  whenParentDies(() => child.kill('SIGTERM'));
  process.exit(await ended(child));
}

/**
 * npm starts a script through a shell and sends its own signals to that shell, which dies of SIGTERM without passing it on.
 * So the death of our parent is a signal too. (SIGINT it holds back until we end: hence `exec` in package.json.)
 * @param {() => void} action
 */
function whenParentDies(action) {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    action();
  }, 100);
  timer.unref();
}

/** How long a program may take to end when it is told to. npm, for one, first wants to finish what it is doing. */
const patience = 3000;

let isStopping = false;

/** Ends this process on a signal, after the programs that it has started. Returns the way back to the default. */
export function endOnSignals() {
  /** @param {'SIGINT' | 'SIGTERM' | 'SIGHUP'} signal */
  const stop = (signal) => {
    if (isStopping) return;
    isStopping = true;
    const exit = () => process.exit(128 + constants.signals[signal]);
    for (const child of running) {
      child.kill('SIGTERM');
      child.once('close', () => running.size === 0 && exit());
    }
    if (running.size === 0) exit();
    setTimeout(() => {
      for (const child of running) child.kill('SIGKILL');
    }, patience);
  };
  const handlers = signals.map((signal) => ({ signal, handler: () => stop(signal) }));
  for (const { signal, handler } of handlers) process.on(signal, handler);
  whenParentDies(() => stop('SIGTERM'));
  return () => handlers.forEach(({ signal, handler }) => process.off(signal, handler));
}

/**
 * Never settles once a signal has come: what waits for the program must not report its end as a failure.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function ended(child) {
  running.add(child);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      running.delete(child);
      reject(error);
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      if (!isStopping) resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
