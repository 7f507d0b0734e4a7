// A SOCK_SEQPACKET descriptor as a Duplex that keeps packet boundaries.
import { Duplex } from 'node:stream';
import type { Libc } from '../libc/libc.ts';

/** conmon reads at most 32 KiB of a packet and drops the rest unseen. */
const maximumPacket = 8192;
/** Packets, not bytes. */
const packetsAhead = 32;
/** Read in one wake-up besides the first; fewer than are kept ahead, so that a reader that keeps up is never paused. */
const packetsPerWake = 24;
/** Received packets share such a buffer until it is full. */
const slabSize = 512 * 1024;
/** No packet is longer: conmon's have at most 8 KiB. */
const longestPacket = 64 * 1024;
const MSG_DONTWAIT = 0x40;

/** What Bun hands out for a descriptor; its `write` sends one packet whole or not at all. */
interface PacketSocket {
  write(data: Uint8Array): number;
  pause(): void;
  resume(): void;
  shutdown(): void;
  terminate(): void;
}

/** Owns the descriptor. Reads one Buffer per packet; ends when the peer has closed its side. */
export class PacketStream extends Duplex {
  #socket: PacketSocket | undefined;
  #paused = false;
  #wake: (() => void) | undefined;
  #over = false;
  readonly #fd: number;
  readonly #libc: Libc;
  #slab = Buffer.alloc(0);

  private constructor(fd: number, libc: Libc) {
    super({ allowHalfOpen: true, readableObjectMode: true, readableHighWaterMark: packetsAhead });
    this.#fd = fd;
    this.#libc = libc;
  }

  /** Takes over a connected descriptor. */
  static async open(fd: number, libc: Libc): Promise<PacketStream> {
    const stream = new PacketStream(fd, libc);
    const socket = {
      open: (socket: PacketSocket) => stream.#begin(socket),
      data: (_: PacketSocket, packet: Uint8Array) => stream.#receive(packet),
      drain: () => stream.#wakeWriter(),
      end: () => stream.#finishReading(),
      close: () => stream.#closed(),
      error: (_: PacketSocket, error: Error) => void stream.destroy(error),
    };
    // `fd` works and is missing in Bun's types.
    await Bun.connect({ fd, allowHalfOpen: true, socket } as unknown as Parameters<typeof Bun.connect>[0]);
    return stream;
  }

  override _read(): void {
    if (!this.#paused || !this.#socket) return;
    this.#paused = false;
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    let sent = 0;
    const go = () => {
      while (sent < chunk.length) {
        const packet = chunk.subarray(sent, sent + maximumPacket);
        const written = this.#over ? -1 : this.#socket!.write(packet);
        if (written < 0) return callback(brokenPipe());
        if (written === 0) {
          this.#wake = go;
          return;
        }
        sent += written;
      }
      callback();
    };
    go();
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (!this.#over) this.#socket?.shutdown();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.#over) this.#socket?.terminate();
    this.#over = true;
    this.#wakeWriter();
    callback(error);
  }

  #begin(socket: PacketSocket): void {
    this.#socket = socket;
  }

  #receive(packet: Uint8Array): void {
    if (this.push(Buffer.from(packet)) && this.#receiveMore()) return;
    if (this.#paused) return;
    this.#paused = true;
    this.#socket?.pause();
  }

  /**
   * Bun gives one packet for each turn of its loop, which costs more than the packet: what else is there is taken at
   * once. False when the reader has enough. An end or an error is left for Bun to find.
   */
  #receiveMore(): boolean {
    const { recv } = this.#libc.call;
    for (let count = 0; count < packetsPerWake && !this.#over && !this.destroyed; count++) {
      if (this.#slab.length < longestPacket) this.#slab = Buffer.allocUnsafe(slabSize);
      const length = Number(recv(this.#fd, this.#slab, longestPacket, MSG_DONTWAIT));
      if (length <= 0) return true;
      const packet = this.#slab.subarray(0, length);
      this.#slab = this.#slab.subarray(length);
      if (!this.push(packet)) return false;
    }
    return true;
  }

  #finishReading(): void {
    if (!this.readableEnded && !this.destroyed) this.push(null);
  }

  #closed(): void {
    this.#over = true;
    this.#finishReading();
    this.#wakeWriter();
  }

  #wakeWriter(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

function brokenPipe(): Error {
  return Object.assign(new Error('the other side of the socket is closed'), { code: 'EPIPE' });
}
