// What is in a directory, packed before it is part of a layer.
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Kernel } from '../../../kernel/index.ts';
import { tarEnd } from '../../../lib/tar/writer.ts';
import { ContentSize } from './content-size.ts';
import { packDiff } from './pack-diff.ts';

/** A worker's, whom nobody waits for but those who gave it jobs; milliseconds. */
const slice = 10;

/** The members of an archive for all that is below `name` in a layer, in a file. Bytes: `content` of the files in it. */
export interface PackedAhead {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  readonly members: number;
  readonly content: number;
}

/** Packs what is in `directory` into a new file at `path`, of which nothing is left when that fails. */
export async function packAhead(
  { directory, name, path }: { directory: string; name: string; path: string },
  files: Kernel['files'],
  signal?: AbortSignal,
): Promise<PackedAhead> {
  const descriptor = openSync(path, 'wx', 0o600);
  const content = new ContentSize();
  let [written, members, isWhole] = [0, 0, false];
  try {
    const onMember = (packed: Parameters<ContentSize['add']>[0]) => {
      members++;
      content.add(packed);
    };
    const source = { upper: directory, lower: [], name };
    for await (const piece of packDiff(source, files, { onMember, slice, signal, areBrief: true })) {
      for (let at = 0; at < piece.length; ) at += writeSync(descriptor, piece, at, piece.length - at);
      written += piece.length;
    }
    const size = written - tarEnd().length;
    ftruncateSync(descriptor, size);
    isWhole = true;
    return { path, name, size, members, content: content.bytes };
  } finally {
    closeSync(descriptor);
    if (!isWhole) rmSync(path, { force: true });
  }
}
