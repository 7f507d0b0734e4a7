// A user namespace for as long as the kernel needs to look at its map.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage, systemError } from '../../../lib/errors.ts';
import type { IdMap, IdRange } from '../../../lib/id-map.ts';

/** Milliseconds until unshare(1) must be in its namespace. */
const patience = 10_000;

/**
 * Calls `use` with a descriptor of a user namespace that has this map. Only a process with one thread can enter a new
 * one, so another program does, and ends with the call. Throws `system` when there is none to be had.
 */
export async function withUserNamespace<T>(map: IdMap, use: (descriptor: number) => T): Promise<T> {
  const child = spawn('unshare', ['--user', 'cat'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(child, 'exit').catch(() => {});
  try {
    const descriptor = await open(child, map).catch(error => {
      throw systemError(`cannot make a user namespace: ${errorMessage(error)}`, error);
    });
    try {
      return use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

async function open(child: ReturnType<typeof spawn>, map: IdMap): Promise<number> {
  const pid = await started(child);
  await hasOwnNamespace(pid);
  writeFileSync(`/proc/${pid}/uid_map`, lines(map.uid));
  writeFileSync(`/proc/${pid}/gid_map`, lines(map.gid));
  return openSync(`/proc/${pid}/ns/user`, 'r');
}

async function started(child: ReturnType<typeof spawn>): Promise<number> {
  if (child.pid === undefined) throw (await once(child, 'error'))[0];
  return child.pid;
}

async function hasOwnNamespace(pid: number): Promise<void> {
  const ours = readlinkSync('/proc/self/ns/user');
  const deadline = Date.now() + patience;
  while (readlinkSync(`/proc/${pid}/ns/user`) === ours) {
    if (Date.now() > deadline) throw systemError('unshare(1) does not get there');
    await delay(2);
  }
}

const lines = (ranges: readonly IdRange[]) =>
  ranges.map(({ containerId, hostId, size }) => `${containerId} ${hostId} ${size}\n`).join('');
