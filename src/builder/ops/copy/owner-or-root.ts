// Owners of files by names that the image may not have.
import type { Owner } from '../../../images/index.ts';
import { BerthError } from '../../../lib/errors.ts';

/**
 * Who `user[:group]` is, by `resolve`. A name nobody has is root, as BuildKit has it for `--chown` and for the directory
 * of WORKDIR: only a process has to be somebody.
 */
export function ownerOrRoot(owner: string, resolve: (owner: string) => Owner): Owner {
  const at = owner.indexOf(':');
  const user = known(() => resolve(at < 0 ? owner : owner.slice(0, at)));
  if (at < 0) return user ?? { uid: 0, gid: 0 };
  const group = known(() => resolve(`0:${owner.slice(at + 1)}`));
  return { uid: user?.uid ?? 0, gid: group?.gid ?? 0 };
}

function known(resolve: () => Owner): Owner | undefined {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof BerthError && error.kind !== 'system') return undefined;
    throw error;
  }
}
