// The mount namespace in which crun accepts a hybrid cgroup host.
import { notImplemented } from '../../lib/errors.ts';

/** `ready` when the process is where it should be, else the argv to exec. */
export function ensureHybridMountNamespace(_o: { pin: string }): 'ready' | { exec: string[] } {
  throw notImplemented('the mount namespace is on its way');
}

/** Drops the pinned namespace; it lives on while a process is inside. */
export function removeMountNamespace(_pin: string): void {
  throw notImplemented('the mount namespace is on its way');
}
