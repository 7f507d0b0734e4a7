// The accounts of the host, as far as a remapping of users needs them.

import { spawnSync } from 'node:child_process';
import { systemError } from '../../lib/errors.ts';
import { readIfThere } from '../../lib/files/if-there.ts';
import type { SubordinateRange } from './subordinate-ids.ts';

export interface Account {
  name: string;
  id: number;
}

/** Asks and changes the machine; tests have an own one. */
export interface Accounts {
  /** By name or number, whatever the machine's name services are. */
  find(kind: 'passwd' | 'group', key: string): Account | undefined;
  /** The text of /etc/subuid or /etc/subgid; '' without the file. */
  subordinate(kind: 'subuid' | 'subgid'): string;
  /** Makes a system account nobody can log in to, with a group of the same name. Throws `system`. */
  add(name: string): void;
  /** Gives ids to an account, in both files. Throws `system`. */
  addRanges(name: string, range: SubordinateRange): void;
}

export const hostAccounts: Accounts = {
  find(kind, key) {
    const { status, stdout } = spawnSync('getent', [kind, key], { encoding: 'utf8' });
    // getent's ways to fail are no answer: the file itself is.
    const line = status === 0 ? stdout.split('\n')[0] : lookUp(readIfThere(`/etc/${kind}`) ?? '', key);
    const [name, , id] = line?.split(':') ?? [];
    return name && id ? { name, id: Number(id) } : undefined;
  },
  subordinate: kind => readIfThere(`/etc/${kind}`) ?? '',
  add: name => run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', name]),
  // usermod holds the locks of both files.
  addRanges(name, { start, size }) {
    const range = `${start}-${start + size - 1}`;
    run('usermod', ['--add-subuids', range, '--add-subgids', range, name]);
  },
};

function run(program: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw systemError(`${program} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`, error);
}

function lookUp(text: string, key: string): string | undefined {
  return text.split('\n').find(line => {
    const [name, , id] = line.split(':');
    return name === key || id === key;
  });
}
