// Builds the kernel.
import { notImplemented } from '../lib/errors.ts';
import type { Kernel } from './kernel.ts';

/** The kernel of this machine. Needs root for most of what it does. */
export function createKernel(): Kernel {
  throw notImplemented('the kernel is on its way');
}
