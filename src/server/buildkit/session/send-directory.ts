// A directory of ours goes to a client: what a build leaves with `--output type=local`.
import { statOfEntry } from '../../../api/buildkit/files/file-stat.ts';
import { type SentFile, sendFiles } from '../../../api/buildkit/files/send-files.ts';
import type { ClientCall } from '../../../lib/grpc/client.ts';
import { tarEntry } from '../../../lib/tar/entry.ts';
import { type AttributeReader, describeNode } from '../../../lib/tar/tree/describe-node.ts';
import { HardLinks } from '../../../lib/tar/tree/hard-links.ts';
import { walkTree } from '../../../lib/tar/tree/walk-tree.ts';

interface SendOptions {
  /** Where on the client's side everything belongs; empty is the top. */
  readonly folder: string;
  readonly attributes?: AttributeReader;
  /** Of all files, instead of their own: seconds since 1970. */
  readonly time?: number | undefined;
  /** Bytes that were sent so far. */
  readonly report: (sent: number) => void;
}

/** Sends all of `directory`, which nobody changes meanwhile, and waits until the client has written it; throws what it complains of. */
export async function sendDirectory(call: ClientCall, directory: string, o: SendOptions): Promise<void> {
  try {
    await sendFiles(call, walk(directory, o), o);
    call.end();
    // All is said; what comes now is how the call ended.
    for await (const _ of call.batches());
  } finally {
    call.end();
  }
}

/** In the order of names part by part, as fsutil walks; of a file with several names the others are links to the first. */
function* walk(root: string, o: SendOptions): Generator<[SentFile]> {
  if (o.folder !== '') {
    const entry = tarEntry({ type: 'directory', name: o.folder, mode: 0o755, mtime: o.time ?? 0 });
    yield [{ stat: statOfEntry(entry), path: root }];
  }
  const linked = new HardLinks();
  for (const node of walkTree(root, o.folder)) {
    const entry = describeNode(node, o.attributes, { every: true });
    // Paths of the walk are good only until it goes on.
    const path = `${root}${node.name.slice(o.folder.length).replace(/^(?!\/)/, '/')}`;
    if (!entry) continue;
    const linkName = entry.type === 'file' ? linked.nameBefore(node.name, node.stats) : undefined;
    const link = linkName === undefined ? {} : ({ type: 'link', linkName, size: 0 } as const);
    const time = o.time === undefined ? {} : { mtime: o.time, mtimeNanoseconds: 0 };
    yield [{ path, stat: statOfEntry({ ...entry, name: node.name, ...link, ...time }) }];
  }
}
