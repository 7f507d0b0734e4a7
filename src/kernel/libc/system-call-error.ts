// A system call that failed, with what failed and why.
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

const map = getSystemErrorMap();

/** Thrown by every room of the kernel. Branch on `code` (`EBUSY`), never on the message. */
export class SystemCallError extends Error {
  readonly call: string;
  readonly errno: number;
  readonly code: string;
  readonly path: string | undefined;

  constructor(call: string, errno: number, path?: string) {
    const [code, text] = map.get(-errno) ?? rareError(errno);
    super(`${call}${path === undefined ? '' : ` ${path}`}: ${text}`);
    this.name = 'SystemCallError';
    this.call = call;
    this.errno = errno;
    this.code = code;
    this.path = path;
  }
}

/** A SystemCallError by name (`systemCallError('bind', 'EADDRINUSE')`); for doubles and for checks made in front of a call. */
export function systemCallError(call: string, code: keyof typeof constants.errno, path?: string): SystemCallError {
  return new SystemCallError(call, constants.errno[code], path);
}

/** What node:fs threw, as SystemCallError; anything else as it is. */
export function fromNodeError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof SystemCallError) return error;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const errno = code === undefined ? undefined : (constants.errno as Record<string, number>)[code];
  return errno === undefined ? error : new SystemCallError(syscall ?? 'system call', errno, path);
}

/** The map leaves out what networks and files seldom say. */
function rareError(errno: number): [string, string] {
  const name = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0];
  return [name ?? `E${errno}`, `error ${errno}`];
}
