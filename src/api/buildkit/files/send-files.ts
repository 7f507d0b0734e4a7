// fsutil's sending end, the same for a client's context and for an engine's results: files are listed, and those that the
// other side asks for are sent.
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import { encodeName } from '../../../lib/tar/names.ts';
import { decode, encode } from '../message.ts';
import { contentAt, contentPacket } from './content-packet.ts';
import type { FileStat } from './file-stat.ts';
import { handedFrom } from './open-files.ts';
import { packet, packetType } from './packet.ts';
import { StatPackets } from './stat-packet.ts';

/** The messages of a call, whichever side began it. */
interface PacketCall {
  batches(): AsyncGenerator<readonly Buffer[]>;
  sendAll(messages: readonly Uint8Array[]): Promise<void> | undefined;
  sendFrames(data: Buffer): Promise<void> | undefined;
}

export interface SentFile {
  /** Its path is the one below the root. */
  readonly stat: FileStat;
  /** Where its content is. */
  readonly path: string;
}

/** Bytes of content in one message; longer files are read piece by piece. */
const portion = 256 * 1024;
/** Packets are sent together when they are this many bytes, or when there are no more for now. */
const together = 128 * 1024;

interface SendFilesOptions {
  /** Is told how many bytes of content were sent so far. */
  readonly report?: (sent: number) => void;
  /** Milliseconds that are worked before anything else gets its turn. */
  readonly slice?: number;
  /** Hands a long file over to the receiver, by its number; false where it has to be sent. */
  readonly hand?: HandFile | undefined;
}

export type HandFile = (id: number, path: string) => Promise<boolean>;

/**
 * Sends `files` (parents before children, in any portions), of regular ones the content that is asked for. Throws what the receiver
 * complains of. Ending the call is left to the caller.
 */
export async function sendFiles(
  call: PacketCall,
  files: Iterable<readonly SentFile[]>,
  { report = () => {}, slice = 1, hand }: SendFilesOptions = {},
): Promise<void> {
  const listed: SentFile[] = [];
  const contents = new Contents(call, { report, slice, hand });
  const listing = list(call, { files, listed, slice: new TimeSlice(slice) });

  async function receive(): Promise<void> {
    for await (const batch of call.batches()) {
      for (const message of batch) {
        const { type, id, data } = decode(packet, message);
        if (type === packetType.packetReq) {
          const file = listed[id];
          if (!file) throw new Error(`the receiver asked for file ${id}, which there is not`);
          contents.add(id, file);
        } else if (type === packetType.packetErr) throw new Error(`error from receiver: ${Buffer.from(data)}`);
        else if (type === packetType.packetFin) {
          await contents.sent();
          await call.sendAll([encode(packet, { type: packetType.packetFin })]);
          return;
        }
      }
    }
  }

  try {
    await Promise.race([Promise.all([receive(), listing]), contents.failed]);
  } finally {
    await Promise.allSettled([listing, contents.sent()]);
  }
}

/** Tells of `files`, which are added to `listed`. */
async function list(
  call: PacketCall,
  { files, listed, slice }: { files: Iterable<readonly SentFile[]>; listed: SentFile[]; slice: TimeSlice },
): Promise<void> {
  const packets = new StatPackets();
  for (const some of files) {
    for (const file of some) {
      listed.push(file);
      packets.add(file.stat);
      if (!slice.used) continue;
      await call.sendFrames(packets.take());
      await slice.pause();
    }
  }
  packets.end();
  await call.sendFrames(packets.take());
}

/** The contents of files one after the other: packets of several at once would only wait for the same connection. */
class Contents {
  readonly #call: PacketCall;
  readonly #report: (sent: number) => void;
  readonly #failure = Promise.withResolvers<never>();
  readonly #slice: TimeSlice;
  readonly #hand: HandFile | undefined;
  /** What was handed over once, and is asked for again, is sent. */
  readonly #handed = new Set<number>();
  #asked: { id: number; file: SentFile }[] = [];
  #sending: Promise<void> | undefined;
  #packets: Uint8Array[] = [];
  #held = 0;
  #sent = 0;

  constructor(
    call: PacketCall,
    { report, slice, hand }: Required<Pick<SendFilesOptions, 'report' | 'slice'>> & Pick<SendFilesOptions, 'hand'>,
  ) {
    this.#call = call;
    this.#report = report;
    this.#slice = new TimeSlice(slice);
    this.#hand = hand;
    this.failed.catch(() => {});
  }

  /** Never resolves; rejects with what was wrong. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  add(id: number, file: SentFile): void {
    this.#asked.push({ id, file });
    this.#sending ??= this.#send().catch(this.#failure.reject);
  }

  /** Waits until all that was asked for so far is on its way. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    // Those asked for in the same moment are in the list then, too.
    await Promise.resolve();
    try {
      while (this.#asked.length > 0) {
        for (const { id, file } of this.#asked.splice(0)) await this.#content(id, file);
        await this.#flush();
      }
    } finally {
      this.#sending = undefined;
    }
  }

  async #content(id: number, { path, stat: { size = 0 } }: SentFile): Promise<void> {
    if (size >= handedFrom && (await this.#handOver(id, path))) return;
    if (size > portion) await this.#large(id, path);
    else if (size > 0) {
      const data = readFileSync(encodeName(path));
      this.#hold(encode(packet, { type: packetType.packetData, id, data }), data.length);
    }
    this.#hold(encode(packet, { type: packetType.packetData, id }), 0);
    if (this.#held >= together) await this.#flush();
    if (this.#slice.used) await this.#slice.pause();
  }

  /** Nobody has to wait for what is sent beside it. */
  async #handOver(id: number, path: string): Promise<boolean> {
    if (!this.#hand || this.#handed.has(id)) return false;
    this.#handed.add(id);
    if (!(await this.#hand(id, path))) return false;
    this.#hold(encode(packet, { type: packetType.packetHanded, id }), 0);
    await this.#flush();
    return true;
  }

  async #large(id: number, path: string): Promise<void> {
    await using file = await open(encodeName(path), 'r');
    for (;;) {
      const memory = Buffer.allocUnsafeSlow(contentAt + portion);
      const { bytesRead } = await file.read(memory, contentAt, portion);
      if (bytesRead === 0) return;
      this.#hold(contentPacket(id, memory.subarray(0, contentAt + bytesRead)), bytesRead);
      if (this.#held >= together) await this.#flush();
    }
  }

  /** `content`: how many bytes of it are a file's. */
  #hold(message: Uint8Array, content: number): void {
    this.#packets.push(message);
    this.#held += message.length;
    this.#sent += content;
  }

  async #flush(): Promise<void> {
    const packets = this.#packets;
    this.#packets = [];
    this.#held = 0;
    if (packets.length > 0) await this.#call.sendAll(packets);
    this.#report(this.#sent);
  }
}
