// The C library through bun:ffi: the one place where the project leaves JavaScript.
import { dlopen, type FFIFunction, FFIType, ptr, read } from 'bun:ffi';
import { nameBytes } from '../../lib/tar/names.ts';
import { SystemCallError, systemCallError } from './system-call-error.ts';

// The _fast kinds give a plain number whenever it fits.
const u64 = FFIType.u64_fast;
const i64 = FFIType.i64_fast;

const symbols = {
  __errno_location: { args: [], returns: 'ptr' },
  bind: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  chdir: { args: ['ptr'], returns: 'i32' },
  close: { args: ['i32'], returns: 'i32' },
  connect: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  execve: { args: ['ptr', 'ptr', 'ptr'], returns: 'i32' },
  fchdir: { args: ['i32'], returns: 'i32' },
  getsockname: { args: ['i32', 'ptr', 'ptr'], returns: 'i32' },
  ioctl: { args: ['i32', u64, 'ptr'], returns: 'i32' },
  kill: { args: ['i32', 'i32'], returns: 'i32' },
  lgetxattr: { args: ['ptr', 'ptr', 'ptr', u64], returns: i64 },
  listen: { args: ['i32', 'i32'], returns: 'i32' },
  llistxattr: { args: ['ptr', 'ptr', u64], returns: i64 },
  lsetxattr: { args: ['ptr', 'ptr', 'ptr', u64, 'i32'], returns: 'i32' },
  lseek: { args: ['i32', i64, 'i32'], returns: i64 },
  mknod: { args: ['ptr', 'u32', u64], returns: 'i32' },
  mount: { args: ['ptr', 'ptr', 'ptr', u64, 'ptr'], returns: 'i32' },
  openat: { args: ['i32', 'ptr', 'i32', 'u32'], returns: 'i32' },
  prlimit: { args: ['i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
  recv: { args: ['i32', 'ptr', u64, 'i32'], returns: i64 },
  recvmsg: { args: ['i32', 'ptr', 'i32'], returns: i64 },
  send: { args: ['i32', 'ptr', u64, 'i32'], returns: i64 },
  sendmsg: { args: ['i32', 'ptr', 'i32'], returns: i64 },
  setns: { args: ['i32', 'i32'], returns: 'i32' },
  setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
  signal: { args: ['i32', 'ptr'], returns: 'ptr' },
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  statx: { args: ['i32', 'ptr', 'i32', 'u32', 'ptr'], returns: 'i32' },
  syscall: {
    args: [i64, u64, u64, u64, u64, u64, u64],
    returns: i64,
  },
  umount2: { args: ['ptr', 'i32'], returns: 'i32' },
  unshare: { args: ['i32'], returns: 'i32' },
  utimensat: { args: ['i32', 'ptr', 'ptr', 'i32'], returns: 'i32' },
} satisfies Record<string, FFIFunction>;

type Functions = ReturnType<typeof dlopen<typeof symbols>>['symbols'];

/** What a raw system call takes: numbers, and buffers whose address is passed. */
type SystemCallArgument = number | bigint | Uint8Array | null;

/** libc's functions, and what turns -1 into an exception. One per kernel object; loading takes about a millisecond. */
export interface Libc {
  readonly call: Functions;
  /** Of the last call, to be asked at once. */
  errno(): number;
  /** `result` as a number, or throws SystemCallError when it is negative. */
  check(call: string, result: number | bigint, path?: string): number;
  /** A system call without a libc function, by number. */
  syscall(name: string, number: number, args: SystemCallArgument[], path?: string): number;
}

/** Loads libc. */
export function openLibc(): Libc {
  const call = dlopen('libc.so.6', symbols).symbols;
  const errno = () => read.i32(call.__errno_location()!, 0);
  const check = (name: string, result: number | bigint, path?: string) => {
    if (result < 0) throw new SystemCallError(name, errno(), path);
    return Number(result);
  };
  return {
    call,
    errno,
    check,
    syscall(name, number, args, path) {
      const raw = args.map(rawArgument);
      const word = (index: number) => raw[index] ?? 0;
      const result = call.syscall(number, word(0), word(1), word(2), word(3), word(4), word(5));
      // `args` is still read here, so that the buffers whose addresses were passed are alive during the call.
      if (args.length > 6) throw systemCallError(name, 'EINVAL', path);
      return check(name, result, path);
    },
  };
}

/**
 * A string as C sees it; bytes that are not UTF-8 come as lone surrogates (lib/tar/names.ts). A NUL inside would cut it
 * short unseen: SystemCallError EINVAL.
 */
export function cstring(text: string): Buffer {
  if (text.includes('\0')) throw systemCallError('cstring', 'EINVAL', JSON.stringify(text));
  return nameBytes(`${text}\0`);
}

/**
 * The function without the JavaScript that bun:ffi may wrap round it, taking numbers only (addresses included): for
 * places where nothing but the system call may happen.
 */
export function nativeFunction(wrapped: unknown): (...numbers: number[]) => number {
  const { native } = wrapped as { native?: unknown };
  return (native ?? wrapped) as (...numbers: number[]) => number;
}

/** The address of a buffer; the caller keeps the buffer referenced while it is in use. */
export function address(buffer: Uint8Array): bigint {
  return BigInt(ptr(buffer));
}

function rawArgument(value: SystemCallArgument): number | bigint {
  if (value === null) return 0;
  return typeof value === 'object' ? address(value) : value;
}
