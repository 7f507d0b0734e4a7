// OCI layouts in directories: what their index names, and what a build adds to it.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere } from '../../../lib/files/if-there.ts';
import { type Descriptor, mediaTypes } from '../../../oci/descriptor.ts';
import { parseManifest } from '../../../oci/manifest.ts';

const nameKey = 'io.containerd.image.name';
const tagKey = 'org.opencontainers.image.ref.name';

/** Annotations of an entry that has a tag alone, or a whole name. */
export const taggedAs = (tag: string) => ({ [tagKey]: tag });

/** `name`: `host/repository:tag`. */
export function namedAs(name: string): Record<string, string> {
  return { [nameKey]: name, [tagKey]: name.slice(name.lastIndexOf(':') + 1) };
}

/** What the index names by that tag, or the only thing it names at all. Throws where there is no index. */
export function findInLayout(directory: string, tag: string): Descriptor | undefined {
  const entries = readIndex(directory);
  return entries.find(({ annotations }) => annotations?.[tagKey] === tag);
}

/** Adds an entry for each of `names` (annotations), in the place of those that had the same. */
export function addToLayout(
  directory: string,
  { mediaType, digest, size }: Descriptor,
  names: readonly Readonly<Record<string, string>>[],
): void {
  mkdirSync(directory, { recursive: true });
  const taken = new Set(names.map(identity));
  const kept = entriesOf(directory).filter(({ annotations = {} }) => !taken.has(identity(annotations)));
  const added = names.map(annotations => ({ mediaType, digest, size, annotations }));
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [...kept, ...added] };
  replace(join(directory, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
  replace(join(directory, 'index.json'), index);
}

const identity = (annotations: Readonly<Record<string, string>>) => annotations[nameKey] ?? annotations[tagKey] ?? '';

const entriesOf = (directory: string): Descriptor[] => ifThere(() => readIndex(directory)) ?? [];

function readIndex(directory: string): Descriptor[] {
  const path = join(directory, 'index.json');
  const parsed = parseManifest(readFileSync(path), path);
  return 'index' in parsed ? parsed.index.manifests : [];
}

/** Whole or not at all, whoever reads meanwhile. */
function replace(path: string, document: unknown): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(document));
  renameSync(temporary, path);
}
