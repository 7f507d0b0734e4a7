// `berth registry passwd FILE USER`: a user's line in the file of users.

import { chmodSync, chownSync, readFileSync, renameSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { invalid, notFound } from '../../lib/errors.ts';
import { parseHtpasswd, withPassword } from '../../registry/index.ts';
import type { OptionValues } from '../configuration/parse-flags.ts';
import { readSecret } from './read-secret.ts';

/** Sets the password that is typed or comes by stdin, or removes the user; the file is changed as a whole. Throws `invalid`, `not-found`. */
export async function passwd(values: OptionValues, [path = '', name = '']: readonly string[]): Promise<number> {
  if (!/^[^\s:]+$/.test(name) || name === 'anonymous' || name === '*' || name.startsWith('@')) {
    throw invalid(`"${name}" cannot be the name of a user`);
  }
  const cost = (values.cost as number | undefined) ?? 10;
  if (cost < 4 || cost > 31) throw invalid('the cost of bcrypt is 4 to 31');
  const password = values.delete ? undefined : await readSecret(`Password of ${name}: `);
  if (password === '') throw invalid('the password is empty');
  const there = statSync(path, { throwIfNoEntry: false });
  const before = there ? readFileSync(path, 'utf8') : '';
  if (values.delete && !parseHtpasswd(before).has(name)) throw notFound(`no user ${name} in ${path}`);
  const text = await withPassword(before, { name, password, cost });
  writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
  if (there) keepReaders(`${path}.new`, there);
  renameSync(`${path}.new`, path);
  return 0;
}

/** A registry that is not root's reads it all the same after root has changed it. */
function keepReaders(path: string, { uid, gid, mode }: Stats): void {
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
  chmodSync(path, mode & 0o777);
}
