// Whether a container's conmon is still there to tell of the end.

import type { Kernel } from '../../kernel/index.ts';
import { type Bundle, readPid } from './bundle.ts';

/** By its command line: the pid alone may belong to another by now. */
export function monitorLives(bundle: Bundle, id: string, kernel: Pick<Kernel, 'processes'>): boolean {
  const pid = readPid(bundle.monitorPidFile);
  return pid !== undefined && kernel.processes.commandLine(pid).includes(id);
}
