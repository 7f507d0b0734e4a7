// The lock of a folder that one process at a time may work on.

import type { Kernel } from '../kernel/index.ts';

/** Milliseconds to wait for who has just been killed: what it was about to start holds its lock until that is a program of its own. */
const patience = 500;
const pause = 10;

/** The lock, until it is disposed; undefined when another process has it and keeps it. Makes the file, not its folder. */
export async function claimLock(
  files: Pick<Kernel['files'], 'tryLock'>,
  path: string,
): Promise<Disposable | undefined> {
  for (const deadline = Date.now() + patience; ; await Bun.sleep(pause)) {
    const lock = files.tryLock(path);
    if (lock || Date.now() >= deadline) return lock;
  }
}
