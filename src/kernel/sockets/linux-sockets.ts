// Packet sockets and port reservations.
import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Libc } from '../libc/libc.ts';
import { fromNodeError, SystemCallError } from '../libc/system-call-error.ts';
import type { NetworkScope } from '../network/network-scope.ts';
import { openInbox } from './descriptor-inbox.ts';
import { PacketStream } from './packet-stream.ts';
import {
  AF_INET6,
  AF_UNIX,
  internetAddress,
  portOf,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  unixAddress,
  unixPathSize,
} from './socket-address.ts';
import type { DescriptorInbox, PortReservation, Sockets } from './sockets.ts';

const SO_REUSEADDR = 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
/** A full backlog of the server: how often and how long to try again. */
const connectTries = 100;
const connectPause = 10;

const kinds = {
  tcp: { type: SOCK_STREAM, protocol: 6 },
  udp: { type: SOCK_DGRAM, protocol: 17 },
  sctp: { type: SOCK_STREAM, protocol: 132 },
} as const;

export class LinuxSockets implements Sockets {
  readonly #libc: Libc;
  readonly #scope: NetworkScope;

  constructor(libc: Libc, scope: NetworkScope) {
    this.#libc = libc;
    this.#scope = scope;
  }

  async connectSeqpacket(path: string): Promise<Duplex> {
    const { call, check } = this.#libc;
    const type = SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const fd = check('socket', call.socket(AF_UNIX, type, 0), path);
    try {
      await this.#connect(fd, path);
      return await PacketStream.open(fd, this.#libc);
    } catch (error) {
      call.close(fd);
      throw error;
    }
  }

  sendDatagram(path: string, text: string): void {
    const { call, check } = this.#libc;
    const fd = check('socket', call.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), path);
    try {
      // An abstract name begins with a zero and ends where the address does.
      const address = path.startsWith('@') ? unixAddress(`\0${path.slice(1)}`).subarray(0, -1) : unixAddress(path);
      check('connect', call.connect(fd, address, address.length), path);
      const bytes = Buffer.from(text);
      check('send', call.send(fd, bytes, bytes.length, 0), path);
    } finally {
      call.close(fd);
    }
  }

  reserve(o: { protocol: 'tcp' | 'udp' | 'sctp'; address: string; port: number }): PortReservation {
    const { call, check } = this.#libc;
    const subject = `${o.protocol} ${o.address}:${o.port}`;
    const { family, bytes } = internetAddress(o.address, o.port);
    const { type, protocol } = kinds[o.protocol];
    const fd = this.#scope.socket(family, type, protocol);
    try {
      if (family === AF_INET6) this.#option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
      // Connections of the port's last user that still linger must not keep it; for udp it would let two share it.
      if (o.protocol !== 'udp') this.#option(fd, SOL_SOCKET, SO_REUSEADDR);
      check('bind', call.bind(fd, bytes, bytes.length), subject);
      if (o.protocol !== 'udp') check('listen', call.listen(fd, 1), subject);
      const size = Buffer.alloc(4);
      size.writeInt32LE(bytes.length);
      check('getsockname', call.getsockname(fd, bytes, size), subject);
    } catch (error) {
      call.close(fd);
      throw error;
    }
    let open = true;
    return {
      port: portOf(bytes),
      [Symbol.dispose]: () => {
        if (open) call.close(fd);
        open = false;
      },
    };
  }

  openInbox(): DescriptorInbox {
    return openInbox(this.#libc);
  }

  async #connect(fd: number, path: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.#connectOnce(fd, path);
        return;
      } catch (error) {
        const full = error instanceof SystemCallError && error.code === 'EAGAIN';
        if (!full || attempt === connectTries) throw error;
        await setTimeout(connectPause);
      }
    }
  }

  #connectOnce(fd: number, path: string): void {
    if (Buffer.byteLength(path) < unixPathSize) {
      this.#connectTo(fd, path, path);
      return;
    }
    // Too long for sun_path: named through its folder.
    const folder = openFolder(dirname(path));
    try {
      this.#connectTo(fd, `/proc/self/fd/${folder}/${basename(path)}`, path);
    } finally {
      closeSync(folder);
    }
  }

  #connectTo(fd: number, name: string, path: string): void {
    const address = unixAddress(name);
    this.#libc.check('connect', this.#libc.call.connect(fd, address, address.length), path);
  }

  #option(fd: number, level: number, option: number): void {
    const on = Buffer.from([1, 0, 0, 0]);
    this.#libc.check('setsockopt', this.#libc.call.setsockopt(fd, level, option, on, on.length));
  }
}

function openFolder(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw fromNodeError(error);
  }
}
