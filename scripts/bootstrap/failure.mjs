/** A problem that its reader can solve: the message is one sentence that says what to do, shown without a stack trace. */
export class Failure extends Error {}

/**
 * Runs a script's main function; a Failure becomes one line on stderr and exit code 1, anything else keeps its stack.
 * @param {() => Promise<void> | void} main
 */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    process.exitCode = 1;
  }
}
