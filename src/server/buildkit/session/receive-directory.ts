// fsutil's receiving end: a client lists a directory, and sends the files that are not here as they are.

import { entryOfStat } from '../../../api/buildkit/files/file-stat.ts';
import { handedFrom } from '../../../api/buildkit/files/open-files.ts';
import { packet, packetType, type Stat } from '../../../api/buildkit/files/packet.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import type { Incoming, Mirror, Told, WantedFiles, WantedPart } from '../../../builder/index.ts';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import type { ClientCall } from '../../../lib/grpc/client.ts';
import type { OpenFiles } from './open-files.ts';

/** Longer messages about files than this, in bytes, are not worth remembering. */
const longestStat = 1000;
/**
 * Files and bytes that are asked for at once: enough to keep the client busy, and no more than it takes in before it sends
 * any. BuildKit's own client sends four files at a time, so that what is asked for too early delays what is wanted first.
 */
const mostAsked = { files: 1024, bytes: 4 * 1024 * 1024 };

interface ReceiveOptions {
  /** Bytes that came so far, what tells of the files included; called often. */
  readonly report: (received: number) => void;
  /** Files that are here as they are told come again. */
  readonly anew?: boolean | undefined;
  /** What is needed of the directory, so that it may come first. */
  readonly wanted?: readonly WantedPart[];
  /** Is told once all names are known, with what waits for some of the contents. */
  readonly listed?: (here: (wanted: WantedFiles) => Promise<void>) => void;
  /** What the client was offered in the call. */
  readonly open?: OpenFiles | undefined;
}

interface Asked {
  readonly told: Told;
  /** Bytes. */
  left: number;
  incoming?: Incoming;
  /** It is being made of an open one. */
  isTaken?: boolean;
}

/** Makes `mirror` equal to what the client lists. Throws what the client complains of, `invalid` for what leads out. */
export async function receiveDirectory(call: ClientCall, mirror: Mirror, o: ReceiveOptions): Promise<void> {
  const update = mirror.update(o.wanted, { ...(o.open && { handedFrom }), anew: o.anew });
  /** Files that are made of open ones. */
  const taking = new Set<Promise<void>>();
  const over = new AbortController();
  /** Files asked for, by their place in the list. */
  const files = new Map<number, Asked>();
  /** Bytes of them. */
  let left = 0;
  const slice = new TimeSlice();
  let listed = false;
  let isListing = true;
  let isEnding = false;
  let finished = false;
  let received = 0;

  /** Asks for more, many at a time, or says that nothing more is wanted. */
  function ask(): Promise<void> | undefined {
    if (isEnding) return undefined;
    if (listed && update.isComplete) {
      isEnding = true;
      return call.send(encode(packet, { type: packetType.packetFin }));
    }
    if (files.size > mostAsked.files / 2 || left > mostAsked.bytes / 2) return undefined;
    const requests: Uint8Array[] = [];
    while (files.size < mostAsked.files && left < mostAsked.bytes) {
      const told = update.next();
      if (!told) break;
      files.set(told.position, { told, left: told.entry.size });
      left += told.entry.size;
      requests.push(encode(packet, { type: packetType.packetReq, id: told.position }));
    }
    return requests.length > 0 ? call.sendAll(requests) : undefined;
  }

  async function end(): Promise<void> {
    isListing = false;
    await update.listed();
    listed = true;
    o.listed?.(wanted => update.here(wanted));
    await ask();
  }

  function list(stat: Stat | undefined, words: Uint8Array): Promise<void> | undefined {
    if (!isListing) throw new Error('the client told of more files after the end of its list');
    if (!stat) return end();
    const told = update.add(entryOfStat(stat), words.length <= longestStat ? words : undefined);
    return told && ask();
  }

  function fill(id: number, data: Uint8Array): Promise<void> | undefined {
    const file = files.get(id);
    if (!file || file.isTaken) throw new Error(`the client sent file ${id}, which nobody asked for`);
    file.incoming ??= update.receive(file.told);
    const came = data.length === 0 ? file.left : Math.min(data.length, file.left);
    file.left -= came;
    left -= came;
    if (data.length > 0) {
      file.incoming.write(data);
      return ask();
    }
    file.incoming.finish();
    files.delete(id);
    return ask();
  }

  /** Makes a file of the open one; what cannot be had so is asked for again. */
  function takeOver(id: number): Promise<void> | undefined {
    const file = files.get(id);
    if (!file || file.incoming || file.isTaken)
      throw new Error(`the client handed over file ${id}, which nobody asked for`);
    const make = o.open?.take(id);
    if (!make) return call.send(encode(packet, { type: packetType.packetReq, id }));
    // It needs nothing of the connection.
    left -= file.left;
    const { told, left: waiting } = file;
    file.isTaken = true;
    const work = (async () => {
      try {
        received += (await update.take(told, path => make(path, over.signal))).size;
        o.report(received);
        files.delete(id);
        await ask();
      } catch {
        if (over.signal.aborted) return;
        left += waiting;
        files.set(id, { told, left: waiting });
        await call.send(encode(packet, { type: packetType.packetReq, id }));
      }
    })();
    // Where nothing can be asked any more, the loop below hears why.
    const done = work.catch(() => {}).finally(() => taking.delete(done));
    taking.add(done);
    return ask();
  }

  function take(message: Buffer): Promise<void> | undefined {
    received += message.length;
    // Most of a directory is as it was: what is told in the same words need not be read.
    if (isListing && update.repeat(message)) return undefined;
    const { type, stat, id, data } = decode(packet, message);
    if (type === packetType.packetStat) return list(stat as Stat | undefined, message);
    if (type === packetType.packetData) return fill(id, data);
    if (type === packetType.packetHanded) return takeOver(id);
    if (type === packetType.packetErr) throw new Error(`error from sender: ${Buffer.from(data)}`);
    finished ||= type === packetType.packetFin;
    return undefined;
  }

  try {
    for await (const batch of call.batches({ areBrief: true })) {
      for (const message of batch) {
        const sending = take(message);
        if (sending) await sending;
        if (slice.used) await slice.pause();
      }
      o.report(received);
      if (finished) break;
    }
    if (!update.isComplete) throw new Error('the client ended before it had sent everything');
    await update.finish();
  } catch (error) {
    // What nobody reads any more would hold up all other calls of the session.
    call.cancel();
    throw error;
  } finally {
    over.abort();
    await Promise.all(taking);
    for (const { incoming } of files.values()) incoming?.abandon();
    call.end();
  }
}
