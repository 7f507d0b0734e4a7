// Datagrams that carry an open file (unix(7), SCM_RIGHTS): who receives one may read what its sender could open, and nothing else.
import { ptr } from 'bun:ffi';
import type { Libc } from '../libc/libc.ts';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOL_SOCKET } from './socket-address.ts';

const SCM_RIGHTS = 1;
const MSG_CTRUNC = 0x8;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;
/** struct msghdr and struct cmsghdr where addresses have 64 bits; a descriptor comes after the latter. */
const headerSize = 56;
const controlHead = 16;
/** No room for a second descriptor: the kernel then keeps it, and says so. */
const controlSize = controlHead + 4;
/** Of a message, in bytes: longer ones are cut. */
const longest = 256;

/** A socket that waits for nobody, and goes with the program; negative where there is none. */
export const datagramSocket = ({ call }: Libc): number =>
  call.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

/** sockaddr_un of a name that is no file: it begins with a zero, and ends where the address does. */
export function abstractAddress(name: string): Buffer {
  const bytes = Buffer.from(`\0\0\0${name}`, 'latin1');
  bytes.writeUInt16LE(AF_UNIX, 0);
  return bytes;
}

/** The memory of one message, with a place for one descriptor. */
class Message {
  readonly header: Buffer = Buffer.alloc(headerSize);
  readonly #vector = Buffer.alloc(16);
  readonly control: Buffer = Buffer.alloc(controlSize);
  readonly content: Buffer;

  constructor(content: Buffer) {
    this.content = content;
    this.#vector.writeBigUInt64LE(BigInt(ptr(content)), 0);
    this.#vector.writeBigUInt64LE(BigInt(content.length), 8);
    this.header.writeBigUInt64LE(BigInt(ptr(this.#vector)), 16);
    this.header.writeBigUInt64LE(1n, 24);
    this.header.writeBigUInt64LE(BigInt(ptr(this.control)), 32);
    this.header.writeBigUInt64LE(BigInt(controlSize), 40);
  }

  /** Keeps the memory whose addresses the kernel was given where it is. */
  get isWhole(): boolean {
    return this.#vector.length > 0 && this.control.length > 0 && this.content.length > 0;
  }
}

/** False when it cannot be sent now: nobody is there, or has read what came before. */
export function sendDescriptor({ call }: Libc, socket: number, content: Buffer, descriptor: number): boolean {
  const message = new Message(content);
  message.control.writeBigUInt64LE(BigInt(controlSize), 0);
  message.control.writeInt32LE(SOL_SOCKET, 8);
  message.control.writeInt32LE(SCM_RIGHTS, 12);
  message.control.writeInt32LE(descriptor, controlHead);
  const sent = call.sendmsg(socket, message.header, MSG_DONTWAIT | MSG_NOSIGNAL);
  return message.isWhole && Number(sent) === content.length;
}

/** The next message that is there; undefined when there is none. Whoever gets a descriptor closes it. */
export function receiveDescriptor(
  { call }: Libc,
  socket: number,
): { content: Buffer; descriptor: number | undefined } | undefined {
  const message = new Message(Buffer.alloc(longest));
  const length = Number(call.recvmsg(socket, message.header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
  if (length < 0 || !message.isWhole) return undefined;
  const content = message.content.subarray(0, length);
  const carries =
    message.header.readBigUInt64LE(40) >= BigInt(controlSize) &&
    message.control.readInt32LE(8) === SOL_SOCKET &&
    message.control.readInt32LE(12) === SCM_RIGHTS;
  if (!carries) return { content, descriptor: undefined };
  const descriptor = message.control.readInt32LE(controlHead);
  // Several at once are not what anybody here sends.
  if ((message.header.readInt32LE(48) & MSG_CTRUNC) === 0) return { content, descriptor };
  call.close(descriptor);
  return { content, descriptor: undefined };
}
