import fs from 'node:fs';

interface CaughtLog {
  text(): string;
  release(): void;
}

/**
 * What the shipped logger writes from here on, which it does to file descriptor 1 through `fs`, instead of writing it. Not a spy:
 * those end with each test.
 */
export function catchLog(): CaughtLog {
  let log = '';
  const { writeSync, write } = fs;
  const keep = (data: unknown) => {
    log += String(data);
    return Buffer.byteLength(String(data));
  };
  fs.writeSync = (fd: number, data: unknown, ...rest: unknown[]): number =>
    fd === 1 ? keep(data) : (Reflect.apply(writeSync, fs, [fd, data, ...rest]) as number);
  const caught = (...values: unknown[]) => {
    const done = values.at(-1) as (error: null, bytes: number) => void;
    if (values[0] === 1) done(null, keep(values[1]));
    else Reflect.apply(write, fs, values);
  };
  fs.write = Object.assign(caught, { __promisify__: write.__promisify__ });
  return { text: () => log, release: () => void Object.assign(fs, { writeSync, write }) };
}
