const heartbeat = 10_000;

/**
 * Runs one step and says that it runs, that it still runs, and how long it took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T> | T} action
 * @param {(result: T) => boolean} [isGood] a result may be a failure, as an exception is
 * @returns {Promise<T>}
 */
export async function step(title, action, isGood = () => true) {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  console.log(`  ...  ${title}`);
  const timer = setInterval(() => console.log(`  ...  ${title}, ${seconds()}`), heartbeat);
  try {
    const result = await action();
    console.log(`  ${isGood(result) ? 'ok  ' : 'fail'} ${title}, ${seconds()}`);
    return result;
  } catch (error) {
    console.log(`  fail ${title}, ${seconds()}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
