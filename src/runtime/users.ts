// Which numeric user a container's process runs as: `--user` looked up in the image's own /etc/passwd and /etc/group.

import type { Kernel } from '../kernel/index.ts';
import { notImplemented } from '../lib/errors.ts';

export interface ResolvedUser {
  uid: number;
  gid: number;
  additionalGids: number[];
  /** For HOME; `/` when the user is not listed. */
  home: string;
  name?: string;
}

export function resolveUser(
  _rootfs: string,
  _user: string,
  _groupAdd: string[],
  _kernel: Pick<Kernel, 'files'>,
): ResolvedUser {
  throw notImplemented('users');
}
