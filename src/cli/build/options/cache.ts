// `--cache-from`, `--cache-to`.
import { resolve } from 'node:path';
import { errorMessage } from '../../../lib/errors.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import type { Io } from '../../io.ts';
import { parseFields } from './fields.ts';
import { addToLayout, findInLayout, taggedAs } from './layout.ts';

/** A place where results of steps are kept besides the daemon's own cache. */
interface CachePlace {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a build is told of its caches, and what is kept on this side of them. */
export interface Caches {
  readonly from: readonly CachePlace[];
  readonly to: readonly CachePlace[];
  /** Directories by the ids the build has for them. */
  readonly stores: Readonly<Record<string, string>>;
  /** After the build, with what it said: what was written is named in its directory. */
  finish(response: Readonly<Record<string, string>>): void;
}

/** Throws a plain Error, in buildx's words; a directory to read that is not there is passed over with a warning. */
export function openCaches(
  options: { readonly cacheFrom: readonly string[]; readonly cacheTo: readonly string[] },
  io: Io,
): Caches {
  const to = parseCachePlaces(options.cacheTo, io.directory);
  for (const place of to) checkPlace(place, 'exporter', 'dest');
  const from = parseCachePlaces(options.cacheFrom, io.directory).flatMap(place => {
    checkPlace(place, 'importer', 'src');
    return place.type === 'local' ? findLocal(place, io) : [place];
  });
  const directories = [
    ...from.filter(isLocal).map(({ attributes }) => attributes.src as string),
    ...to.filter(isLocal).map(({ attributes }) => attributes.dest as string),
  ];
  return {
    ...{ from, to },
    stores: Object.fromEntries(directories.map(directory => [`local:${directory}`, directory])),
    finish(response) {
      const written = response['cache.manifest'];
      if (written === undefined) return;
      const manifest = JSON.parse(written) as Descriptor;
      for (const { attributes } of to.filter(isLocal)) {
        addToLayout(attributes.dest as string, manifest, [taggedAs(attributes.tag ?? 'latest')]);
      }
    },
  };
}

/** `type=registry,ref=…`, or names of images. Throws a plain Error. */
function parseCachePlaces(texts: readonly string[], directory: string): CachePlace[] {
  return texts.flatMap(text => (isImages(text) ? images(text) : [parseCachePlace(text, directory)]));
}

const isLocal = ({ type }: CachePlace) => type === 'local';

const isImages = (text: string) => !text.split(',').some(field => field.includes('='));

const images = (text: string) => text.split(',').map(ref => ({ type: 'registry', attributes: { ref } }));

function parseCachePlace(text: string, directory: string): CachePlace {
  const { type, ...attributes } = Object.fromEntries(parseFields(text));
  if (!type) throw new Error(`type required form> ${JSON.stringify(text)}`);
  for (const key of ['src', 'dest']) {
    if (type === 'local' && attributes[key] !== undefined) attributes[key] = resolve(directory, attributes[key]);
  }
  return { type, attributes };
}

function checkPlace({ type, attributes }: CachePlace, role: string, path: 'src' | 'dest'): void {
  if (type === 'registry' && !attributes.ref) throw new Error(`registry cache ${role} requires ref`);
  if (type === 'local' && !attributes[path]) throw new Error(`local cache ${role} requires ${path}`);
}

/** With the digest of what the directory's index names, unless one is given. */
function findLocal({ type, attributes }: CachePlace, { stderr }: Io): CachePlace[] {
  const { src = '', digest, tag = 'latest' } = attributes;
  if (digest) return [{ type, attributes }];
  let found: Descriptor | undefined;
  try {
    found = findInLayout(src, tag);
  } catch (error) {
    stderr.write(`WARNING: local cache import at ${src} not found due to err: ${errorMessage(error)}\n`);
    return [];
  }
  if (!found) {
    throw new Error('local cache importer requires either explicit digest, "latest" tag or custom tag on index.json');
  }
  return [{ type, attributes: { ...attributes, digest: found.digest } }];
}
