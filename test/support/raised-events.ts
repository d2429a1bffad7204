import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventCatalogue } from '../../src/platform/audit/event-catalogue.js';

/** One empty file for each name: workers share nothing else. */
const FOLDER = '.data/test/raised-events';
const written = new Set<string>();

/** An event was raised in this run, by the application or by a command of it. */
export function noteRaised(name: string): void {
  if (written.has(name)) return;
  written.add(name);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, name), '');
}

export function forgetRaised(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}

/** Names of the catalogue that no test has brought about: nobody knows whether they work. @control B11.1 */
export function neverRaised(): string[] {
  mkdirSync(FOLDER, { recursive: true });
  const raised = new Set(readdirSync(FOLDER));
  return Object.keys(eventCatalogue).filter((name) => !raised.has(name));
}
