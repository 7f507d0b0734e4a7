// The lock of a folder that one process at a time may work on.

import type { Kernel } from '../kernel/index.ts';

/**
 * Half a second to wait for who has just been killed: what it was about to start holds its lock until that is a program of its
 * own. Counted in attempts, as a loaded machine may let half a second go by between two.
 */
const attempts = 50;
const pause = 10;

/** The lock, until it is disposed; undefined when another process has it and keeps it. Makes the file, not its folder. */
export async function claimLock(
  files: Pick<Kernel['files'], 'tryLock'>,
  path: string,
): Promise<Disposable | undefined> {
  for (let attempt = 1; ; attempt++) {
    const lock = files.tryLock(path);
    if (lock || attempt === attempts) return lock;
    await Bun.sleep(pause);
  }
}
