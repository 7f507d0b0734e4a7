// One process at a time on a registry's folder: two would not know what the other relies on.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock } from '../../kernel/index.ts';
import type { CleanupStack } from '../../lib/cleanup-stack.ts';
import { conflict } from '../../lib/errors.ts';
import { claimLock } from '../claim-lock.ts';

/** Locks the folder until `undo` is disposed. Throws `conflict` when another process has it. */
export async function claimRoot(root: string, undo: CleanupStack): Promise<void> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const lock = await claimLock({ tryLock }, join(root, 'registry.lock'));
  if (!lock) throw conflict(`a registry is running with ${root}: stop it first, or choose another --root`);
  undo.defer('lock', () => lock[Symbol.dispose]());
}
