// A SOCK_SEQPACKET descriptor as a Duplex that keeps packet boundaries.
import { Duplex } from 'node:stream';

/** conmon reads at most 32 KiB of a packet and drops the rest unseen. */
const maximumPacket = 8192;
/** Packets, not bytes. */
const packetsAhead = 32;

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

  private constructor() {
    super({ allowHalfOpen: true, readableObjectMode: true, readableHighWaterMark: packetsAhead });
  }

  /** Takes over a connected descriptor. */
  static async open(fd: number): Promise<PacketStream> {
    const stream = new PacketStream();
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
    if (this.push(Buffer.from(packet)) || this.#paused) return;
    this.#paused = true;
    this.#socket?.pause();
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
