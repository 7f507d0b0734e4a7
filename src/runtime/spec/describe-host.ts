// What buildSpec must know of the machine, asked of the kernel once.

import type { Kernel } from '../../kernel/index.ts';
import { notImplemented } from '../../lib/errors.ts';
import type { SpecHost } from './input.ts';

/** Read once at start: nothing in it changes while the daemon runs (host devices are listed anew each time). */
export function describeHost(_kernel: Pick<Kernel, 'host' | 'cgroups'>): SpecHost {
  throw notImplemented('describeHost');
}
