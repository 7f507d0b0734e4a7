// Replaces the running program.
import { notImplemented } from '../../lib/errors.ts';

/** Becomes another program with the same pid; only returns by throwing SystemCallError. `argv[0]` is looked up in PATH. */
export function execve(_argv: string[], _env: Record<string, string | undefined>): never {
  throw notImplemented('execve is on its way');
}
