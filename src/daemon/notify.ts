// Telling the service manager how far the daemon is (sd_notify(3)), where one asked for it.

import type { Kernel } from '../kernel/index.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

type ServiceState = 'ready' | 'reloading' | 'stopping';

/**
 * What says it: nothing at all without NOTIFY_SOCKET, which is taken out of `environment` so that no child speaks for
 * us. A manager that cannot be reached is only logged.
 */
export function serviceNotifier(
  environment: Record<string, string | undefined>,
  { kernel, logger }: { kernel: Pick<Kernel, 'sockets'>; logger: Logger },
): (state: ServiceState, status?: string) => void {
  const path = environment.NOTIFY_SOCKET;
  delete environment.NOTIFY_SOCKET;
  if (!path) return () => {};
  return (state, status) => {
    try {
      kernel.sockets.sendDatagram(path, formatState(state, status));
    } catch (error) {
      logger.warn('the service manager was not told', { state, error: errorMessage(error) });
    }
  };
}

function formatState(state: ServiceState, status: string | undefined): string {
  const lines = [`${state.toUpperCase()}=1`];
  if (status !== undefined) lines.push(`STATUS=${status}`);
  return lines.join('\n');
}
