// A daemon whose data root is a small disk of its own, to be filled.

import { runOk } from '../run.ts';
import { TestDaemon } from './daemon.ts';

/** Disposing of the daemon unmounts it. `size` as tmpfs takes it: `24m`. */
export async function startOnSmallDisk(size: string): Promise<TestDaemon> {
  const daemon = await TestDaemon.start();
  try {
    await daemon.stop();
    await runOk(['mount', '-t', 'tmpfs', '-o', `size=${size}`, 'berth-test', daemon.places.dataRoot]);
    await daemon.start();
    return daemon;
  } catch (error) {
    await daemon[Symbol.asyncDispose]();
    throw error;
  }
}
