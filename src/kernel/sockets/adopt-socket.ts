// Sockets that another program opened and left to this one.
import { openLibc } from '../libc/libc.ts';
import { systemCallError } from '../libc/system-call-error.ts';
import { AF_INET, AF_INET6, AF_UNIX } from './socket-address.ts';

const SYS_fcntl = process.arch === 'arm64' ? 25 : 72;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
/** sockaddr_storage. */
const addressSize = 128;

/**
 * Lets the next `execve` keep an inherited descriptor: Bun marks all of them close-on-exec when it starts. Throws
 * SystemCallError EBADF when it is not open.
 */
export function keepOnExec(descriptor: number): void {
  openLibc().syscall('fcntl', SYS_fcntl, [descriptor, F_SETFD, 0], `fd ${descriptor}`);
}

/** `loopback`: only this machine can connect. */
export type AdoptedSocket =
  | { descriptor: number; kind: 'unix' }
  | { descriptor: number; kind: 'tcp'; loopback: boolean };

/**
 * Says what an inherited socket is bound to, and keeps it from being inherited further. Throws SystemCallError: EBADF
 * when it is not open, ENOTSOCK when it is no socket, EAFNOSUPPORT for another family than unix and internet.
 */
export function adoptSocket(descriptor: number): AdoptedSocket {
  const { call, check, syscall } = openLibc();
  const subject = `fd ${descriptor}`;
  syscall('fcntl', SYS_fcntl, [descriptor, F_SETFD, FD_CLOEXEC], subject);
  const bytes = Buffer.alloc(addressSize);
  const size = Buffer.alloc(4);
  size.writeInt32LE(bytes.length);
  check('getsockname', call.getsockname(descriptor, bytes, size), subject);
  switch (bytes.readUInt16LE(0)) {
    case AF_UNIX:
      return { descriptor, kind: 'unix' };
    case AF_INET:
      return { descriptor, kind: 'tcp', loopback: bytes[4] === 127 };
    case AF_INET6:
      return { descriptor, kind: 'tcp', loopback: bytes.toString('hex', 8, 24) === `${'0'.repeat(31)}1` };
    default:
      throw systemCallError('getsockname', 'EAFNOSUPPORT', subject);
  }
}
