// Replaces the running program.
import { constants as os } from 'node:os';
import { findProgram } from '../../lib/files/find-program.ts';
import { address, cstring, openLibc } from '../libc/libc.ts';
import { systemCallError } from '../libc/system-call-error.ts';

/**
 * Becomes another program with the same pid, working folder and standard streams; only returns by throwing
 * SystemCallError. `argv[0]` without a slash is looked up in the PATH of `env`.
 */
export function execve(argv: string[], env: Record<string, string | undefined>): never {
  const program = locate(argv[0] ?? '', env.PATH);
  const { call, check } = openLibc();
  const args = pointerArray(argv);
  const variables = Object.entries(env).filter(([, value]) => value !== undefined);
  const environment = pointerArray(variables.map(([name, value]) => `${name}=${value}`));
  // Bun ignores these; ignoring is inherited, and the new program would not notice a closed pipe or a full quota.
  for (const signal of [os.signals.SIGPIPE, os.signals.SIGXFSZ]) call.signal(signal, null);
  check('execve', call.execve(cstring(program), args.pointers, environment.pointers), program);
  throw new Error(`execve returned (${args.strings.length} arguments, ${environment.strings.length} variables)`);
}

function locate(name: string, searchPath: string | undefined): string {
  if (name.includes('/')) return name;
  const found = name === '' ? undefined : findProgram(name, searchPath);
  if (found === undefined) throw systemCallError('execve', 'ENOENT', name);
  return found;
}

/** A NULL-terminated array of C strings; `strings` must stay referenced as long as `pointers` is used. */
function pointerArray(texts: string[]): { pointers: Buffer; strings: Buffer[] } {
  const strings = texts.map(cstring);
  const pointers = Buffer.alloc((strings.length + 1) * 8);
  for (const [index, string] of strings.entries()) pointers.writeBigUInt64LE(address(string), index * 8);
  return { pointers, strings };
}
