// Doing something to each of several things, reporting every failure.

import { type Context, describeFailure } from '../context.ts';

/**
 * Calls `action` for each name and prints what it returns, in order; failures are printed as they come and make the
 * exit code 1, unless `forgive` says otherwise. With `parallel`, several are under way at once.
 */
export async function forEach(
  context: Context,
  names: readonly string[],
  options: { parallel?: boolean; forgive?: (error: unknown) => boolean },
  action: (name: string) => Promise<string | undefined>,
): Promise<number> {
  let code = 0;
  const report = (error: unknown) => {
    context.warn(describeFailure(error));
    if (!options.forgive?.(error)) code = 1;
  };
  // Docker starts at most 50 at a time; the results are printed in the order of the names.
  const size = options.parallel ? 50 : 1;
  for (let start = 0; start < names.length; start += size) {
    const results = names.slice(start, start + size).map(name => action(name));
    for (const result of await Promise.allSettled(results)) {
      if (result.status === 'rejected') report(result.reason);
      else if (result.value !== undefined) await context.print(`${result.value}\n`);
    }
  }
  return code;
}
