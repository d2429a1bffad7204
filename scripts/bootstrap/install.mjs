import { existsSync, statfsSync } from 'node:fs';
import { connect } from 'node:net';
import { run } from './child.mjs';
import { Failure } from './failure.mjs';
import { fingerprint, isUnchanged, remember } from './fingerprint.mjs';
import { npm } from './npm.mjs';
import { step } from './progress.mjs';

const marker = 'node_modules/.cache/rampart/installed';
const gigabyte = 2 ** 30;
/** Packages 0.9 GB, npm's cache of them, two databases. */
const neededToInstall = 1.5 * gigabyte;
const neededToRun = 0.2 * gigabyte;

/** Installs the packages of the lockfile, unless they are the ones that are installed. */
export async function ensureInstalled() {
  const wanted = fingerprint(['package-lock.json', '.npmrc']);
  const isInstalled = existsSync('node_modules') && isUnchanged(marker, wanted);
  requireDisk(isInstalled ? neededToRun : neededToInstall);
  if (isInstalled) return;
  await step('install packages (npm ci)', install);
  await compileWhatHasNoBinary();
  remember(marker, wanted);
}

/** No install script runs (.npmrc). argon2 brings a binary for most platforms; on the others it is compiled, by name. */
async function compileWhatHasNoBinary() {
  if (existsSync(`node_modules/argon2/prebuilds/${process.platform}-${process.arch}`)) return;
  const { file, args } = npm('rebuild', 'argon2', '--ignore-scripts=false');
  const { code } = await step('compile argon2', () => run(file, args));
  if (code === 0) return;
  throw new Failure(
    `argon2 has no binary for ${process.platform} ${process.arch} and could not be compiled: install Python and a C++ compiler, then run it again.`,
  );
}

/** @param {number} bytes */
function requireDisk(bytes) {
  const { bavail, bsize } = statfsSync('.');
  const free = bavail * bsize;
  if (free >= bytes) return;
  const [needed, there] = [bytes, free].map((value) => (value / gigabyte).toFixed(1));
  throw new Failure(
    `This needs ${needed} GB of free disk space here, and there are ${there} GB: make room, then run it again.`,
  );
}

const options = ['--include=dev', '--include=optional', '--no-progress', '--loglevel=error', '--no-update-notifier'];

async function install() {
  // Left alone, npm tries an unreachable registry for many minutes. What it needs may be in its cache all the same.
  const problem = await registryProblem();
  const { file, args } = npm('ci', ...options, ...(problem === undefined ? [] : ['--offline']));
  const { code, output } = await run(file, args);
  if (code === 0) return;
  throw new Failure(problem ?? explain(output));
}

/** A sentence when no connection to the registry can be made. Behind a proxy only npm itself can tell. */
async function registryProblem() {
  const settings = await Promise.all(['registry', 'proxy', 'https-proxy'].map(npmSetting));
  const [registry = '', ...proxies] = settings;
  if (proxies.some((proxy) => proxy !== 'null') || !URL.canParse(registry)) return undefined;
  if (await isReachable(new URL(registry))) return undefined;
  return 'The package registry cannot be reached: check the network and what "npm config get registry" says, then run it again.';
}

/**
 * Whether something listens there. No more: certificates are npm's business, which may have authorities of its own.
 * @param {URL} url @returns {Promise<boolean>}
 */
function isReachable({ hostname, port, protocol }) {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) || (protocol === 'http:' ? 80 : 443) });
    socket.setTimeout(15_000);
    /** @param {boolean} answer */
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** @param {string} name */
async function npmSetting(name) {
  const { file, args } = npm('config', 'get', name, '--loglevel=silent');
  return (await run(file, args)).output.trim();
}

/** @param {string} output */
function explain(output) {
  const again = 'then run it again.';
  if (/\b(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/.test(output))
    return `The connection to the package registry broke: check the network, ${again}`;
  if (/\bENOSPC\b/.test(output)) return `The disk is full: make room, ${again}`;
  if (/\bE40[13]\b/.test(output)) return `The package registry does not let us in: check your npm login, ${again}`;
  if (/\bEUSAGE\b/.test(output))
    return 'package.json and package-lock.json do not agree: run npm install, and commit the lockfile.';
  const refused = /\bE(?:ACCES|PERM)\b[^]*?path: '([^']*)'/.exec(output);
  if (refused) return `npm may not write to ${refused[1]}: does it belong to another user?`;
  return `npm ci failed; what it said:\n${output.trim()}`;
}
