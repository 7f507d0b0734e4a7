// What happens to a process that serves: it is told to stop, and it survives mistakes.

import type { Logger } from '../lib/logger.ts';

/** Resolves to the name of the first SIGTERM or SIGINT; later ones are ignored. */
export function stopSignal(): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
}

/** From now on a mistake in one request is logged, and does not end the process for all the others. */
export function surviveMistakes(logger: Logger): void {
  process.on('uncaughtException', error => logger.error('uncaught exception', { error: traceOf(error) }));
  process.on('unhandledRejection', reason => logger.error('unhandled rejection', { error: traceOf(reason) }));
}

function traceOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
