// How many processes and threads a step of a build may have, when nobody says.
import type { Host } from '../../kernel/index.ts';

/** What a kernel has that does not tell. */
const usual = 32_768;

/**
 * A quarter of what the kernel gives to all (`kernel.threads-max` grows with the memory): a step that forks for ever comes to
 * an end before the machine does.
 */
export function stepProcesses(host: Pick<Host, 'sysctl'>): number {
  const known = ['kernel.pid_max', 'kernel.threads-max'].map(name => Number(host.sysctl(name)) || usual);
  return Math.floor(Math.min(...known) / 4);
}
