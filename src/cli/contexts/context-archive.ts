// A context as an archive: `meta.json`, and `tls/<endpoint>/<file>`.

import { readTar } from '../../lib/tar/read-tar.ts';
import { encodeTarMember, tarEnd } from '../../lib/tar/writer.ts';
import { isZip, readZip } from '../../lib/zip-entries.ts';
import { type ContextMetadata, parseContextMetadata, type TlsMaterial } from './context-store.ts';

export interface ArchivedContext {
  readonly metadata: ContextMetadata;
  readonly tls: TlsMaterial;
}

/** Nobody's certificates are larger; what is comes from somebody who wants our memory. */
const largest = 10 << 20;

/** The tar that `context export` writes. */
export function packContext({ metadata, tls }: ArchivedContext): Buffer {
  const folder = (name: string) => encodeTarMember({ type: 'directory', name, mode: 0o700 });
  const files = Object.entries(tls).flatMap(([endpoint, contents]) => [
    folder(`tls/${endpoint}`),
    ...Object.entries(contents).map(([name, bytes]) =>
      encodeTarMember({ type: 'file', name: `tls/${endpoint}/${name}`, mode: 0o600 }, bytes),
    ),
  ]);
  const meta = Buffer.from(JSON.stringify(metadata));
  return Buffer.concat([
    encodeTarMember({ type: 'file', name: 'meta.json', mode: 0o644 }, meta),
    folder('tls'),
    ...files,
    tarEnd(),
  ]);
}

/** Reads a tar or zip. Nothing is written anywhere; names that lead elsewhere are refused. Throws a plain Error. */
export async function unpackContext(source: AsyncIterable<Uint8Array>): Promise<ArchivedContext> {
  const bytes = await collect(source);
  const members = isZip(bytes) ? readZip(bytes, largest) : await readTarMembers(bytes);
  let metadata: ContextMetadata | undefined;
  const tls: Record<string, Record<string, Buffer>> = {};
  for (const { name, content } of members) {
    if (name === 'meta.json') {
      metadata = parseContextMetadata(content.toString('utf8'), 'meta.json');
      continue;
    }
    const [top, endpoint, file, ...deeper] = name.split('/');
    if (top !== 'tls') throw new Error(`${name}: unexpected context file`);
    if (!isPlain(endpoint) || !isPlain(file) || deeper.length > 0) {
      throw new Error(`${name}: unexpected path format`);
    }
    tls[endpoint] = { ...tls[endpoint], [file]: content };
  }
  if (!metadata) throw new Error('invalid context: no metadata found');
  return { metadata, tls };
}

/** A name that stays in its folder; a leading dot is that of a draft. */
const isPlain = (name: string | undefined): name is string => name !== undefined && /^[^./\0][^/\0]*$/.test(name);

async function readTarMembers(bytes: Buffer): Promise<{ name: string; content: Buffer }[]> {
  const members: { name: string; content: Buffer }[] = [];
  const source = (async function* () {
    yield bytes;
  })();
  for await (const { entry, body } of readTar(source)) {
    if (entry.type === 'directory') continue;
    if (entry.type !== 'file' || entry.size > largest) throw new Error(`${entry.name}: unexpected context file`);
    members.push({ name: entry.name, content: Buffer.concat(await Array.fromAsync(body)) });
  }
  return members;
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source) {
    size += piece.length;
    if (size > largest) throw new Error('read exceeds the defined limit');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
