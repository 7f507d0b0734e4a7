// Waiting for something to become true, with a deadline instead of a sleep.

/**
 * Calls `probe` until it returns something truthy and returns that; after `timeoutMs` throws an error that names
 * `what`, with the last thing the probe threw. Errors of the probe count as "not yet".
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  { timeoutMs = 15_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
    await Bun.sleep(everyMs);
  }
}
