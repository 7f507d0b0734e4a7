// A process known by pid and start time, so that a number the kernel has given to another process is never touched.

import type { Kernel } from '../../kernel/index.ts';

export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since boot. */
  startTime: number;
}

/** Undefined when there is no such process. */
export function identify(pid: number, kernel: Pick<Kernel, 'processes'>): ProcessIdentity | undefined {
  const startTime = kernel.processes.startTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** False for a zombie, and for a stranger that has got the number. */
export function isAlive(identity: ProcessIdentity, kernel: Pick<Kernel, 'processes'>): boolean {
  return kernel.processes.startTime(identity.pid) === identity.startTime && kernel.processes.isAlive(identity.pid);
}

/** False when the process is gone. */
export function signalProcess(identity: ProcessIdentity, signal: number, kernel: Pick<Kernel, 'processes'>): boolean {
  return isAlive(identity, kernel) && kernel.processes.kill(identity.pid, signal);
}
