// A mount namespace whose /etc may be written to without the machine noticing: for tests that need accounts.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOk } from '../run.ts';

/** Dispose it after the programs that were started with `prefix`. */
export interface PrivateAccounts extends AsyncDisposable {
  /** What stands before a command that is to see it. */
  readonly prefix: readonly string[];
  /** The text of a file, such as `/etc/subuid`, as it is there. */
  read(path: string): Promise<string>;
}

const script = `
  mount -t tmpfs tmpfs "$0"
  mkdir "$0/upper" "$0/work"
  mount -t overlay -o "lowerdir=/etc,upperdir=$0/upper,workdir=$0/work" overlay /etc
  echo "$1" >/etc/subuid
  echo "$1" >/etc/subgid
  echo ready
  exec sleep infinity`;

/** `subordinate`: the content of /etc/subuid and /etc/subgid. */
export async function privateAccounts(subordinate: string): Promise<PrivateAccounts> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-etc-'));
  mkdirSync(folder, { recursive: true });
  const command = ['unshare', '--mount', '--propagation', 'slave', 'sh', '-ec', script, folder, subordinate];
  const holder = Bun.spawn(command, { stdio: ['ignore', 'pipe', 'inherit'] });
  const prefix = ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, '--'];
  const { value } = await holder.stdout.getReader().read();
  if (!value) throw new Error('there is no private /etc');
  return {
    prefix,
    read: path => runOk([...prefix, 'cat', path]),
    async [Symbol.asyncDispose]() {
      holder.kill('SIGKILL');
      await holder.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
