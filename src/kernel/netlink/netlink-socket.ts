// One netlink socket: requests, acknowledgements, dumps. Belongs to the network namespace it was opened in.
import type { Libc } from '../libc/libc.ts';
import { SystemCallError } from '../libc/system-call-error.ts';
import { align4 } from './attributes.ts';

const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const MSG_DONTWAIT = 0x40;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const headerSize = 16;

/** Larger than any datagram the kernel makes. */
export const receiveSize = 256 << 10;

/** Flags of a request (struct nlmsghdr). */
export const NLM_F = { REQUEST: 1, ACK: 4, DUMP_INTR: 0x10, DUMP: 0x300, EXCL: 0x200, CREATE: 0x400 } as const;

interface NetlinkMessage {
  type: number;
  flags: number;
  sequence: number;
  /** What follows the header. */
  body: Buffer;
}

/** Disposing closes it. All calls are synchronous: the kernel answers within the send. */
export class NetlinkSocket implements Disposable {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #buffer: Buffer;
  #sequence = 1;

  /** Takes over `fd`, a netlink socket. `buffer` is used during calls only: sockets may share it. */
  constructor(libc: Libc, fd: number, buffer: Buffer) {
    this.#libc = libc;
    this.#fd = fd;
    this.#buffer = buffer;
  }

  /** Lets one send, and the answers to it, be as large as `bytes` (root only; without it about 200 KiB). */
  allowLarge(bytes: number): void {
    const size = Buffer.alloc(4);
    size.writeInt32LE(bytes);
    for (const option of [SO_SNDBUFFORCE, SO_RCVBUFFORCE]) {
      this.#libc.call.setsockopt(this.#fd, SOL_SOCKET, option, size, size.length);
    }
  }

  /** A message with the next sequence number. */
  message(type: number, flags: number, body: Uint8Array): Buffer {
    const out = Buffer.alloc(align4(headerSize + body.length));
    out.writeUInt32LE(headerSize + body.length, 0);
    out.writeUInt16LE(type, 4);
    out.writeUInt16LE(NLM_F.REQUEST | flags, 6);
    out.writeUInt32LE(this.#sequence++, 8);
    out.set(body, headerSize);
    return out;
  }

  send(message: Buffer): void {
    this.#libc.check('netlink send', this.#libc.call.send(this.#fd, message, message.length, 0));
  }

  /** One request that changes something; throws SystemCallError named `what` if the kernel refuses. */
  request(what: string, type: number, flags: number, body: Uint8Array, subject?: string): void {
    const message = this.message(type, flags | NLM_F.ACK, body);
    const sequence = message.readUInt32LE(8);
    this.send(message);
    for (;;) {
      for (const answer of this.#receive(0)) {
        if (answer.sequence !== sequence || answer.type !== NLMSG_ERROR) continue;
        throwIfError(answer, what, subject);
        return;
      }
    }
  }

  /** One question with one answer. */
  get(what: string, type: number, body: Uint8Array, subject?: string): NetlinkMessage {
    const message = this.message(type, 0, body);
    const sequence = message.readUInt32LE(8);
    this.send(message);
    for (;;) {
      for (const answer of this.#receive(0)) {
        if (answer.sequence !== sequence) continue;
        if (answer.type === NLMSG_ERROR) throwIfError(answer, what, subject);
        return answer;
      }
    }
  }

  /** A question with any number of answers; asks again when the kernel says that they changed meanwhile. */
  dump(what: string, type: number, body: Uint8Array, subject?: string): NetlinkMessage[] {
    for (let attempt = 0; ; attempt++) {
      const { answers, interrupted } = this.#dumpOnce(what, type, body, subject);
      if (!interrupted || attempt === 10) return answers;
    }
  }

  /** What waits to be read, without waiting for more. */
  pending(): NetlinkMessage[] {
    const all: NetlinkMessage[] = [];
    for (;;) {
      const some = this.#receive(MSG_DONTWAIT);
      if (some.length === 0) return all;
      all.push(...some);
    }
  }

  [Symbol.dispose](): void {
    this.#libc.call.close(this.#fd);
  }

  #dumpOnce(what: string, type: number, body: Uint8Array, subject: string | undefined) {
    const message = this.message(type, NLM_F.DUMP, body);
    const sequence = message.readUInt32LE(8);
    this.send(message);
    const answers: NetlinkMessage[] = [];
    let interrupted = false;
    for (;;) {
      for (const answer of this.#receive(0)) {
        if (answer.sequence !== sequence) continue;
        interrupted ||= (answer.flags & NLM_F.DUMP_INTR) !== 0;
        if (answer.type === NLMSG_ERROR) throwIfError(answer, what, subject);
        if (answer.type === NLMSG_DONE) return { answers, interrupted };
        answers.push(answer);
      }
    }
  }

  #receive(flags: number): NetlinkMessage[] {
    const received = Number(this.#libc.call.recv(this.#fd, this.#buffer, this.#buffer.length, flags));
    if (received < 0) {
      const error = new SystemCallError('netlink recv', this.#libc.errno());
      if (error.code === 'EAGAIN') return [];
      if (error.code === 'EINTR') return this.#receive(flags);
      throw error;
    }
    return [...split(this.#buffer.subarray(0, received))];
  }
}

/** Error number of an NLMSG_ERROR answer; 0 is an acknowledgement, undefined another kind of message. */
export function answerErrno(answer: NetlinkMessage): number | undefined {
  return answer.type === NLMSG_ERROR ? -answer.body.readInt32LE(0) : undefined;
}

function throwIfError(answer: NetlinkMessage, what: string, subject: string | undefined): void {
  const errno = answerErrno(answer);
  if (errno) throw new SystemCallError(what, errno, subject);
}

/** Bodies are copies: the buffer is used again. */
function* split(bytes: Buffer): Generator<NetlinkMessage> {
  for (let offset = 0; offset + headerSize <= bytes.length; ) {
    const length = bytes.readUInt32LE(offset);
    if (length < headerSize || offset + length > bytes.length) return;
    yield {
      type: bytes.readUInt16LE(offset + 4),
      flags: bytes.readUInt16LE(offset + 6),
      sequence: bytes.readUInt32LE(offset + 8),
      body: Buffer.from(bytes.subarray(offset + headerSize, offset + length)),
    };
    offset += align4(length);
  }
}
