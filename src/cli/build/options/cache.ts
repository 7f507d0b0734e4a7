// `--cache-from`, `--cache-to`.
import { resolve } from 'node:path';
import { parseFields } from './fields.ts';

/** A place where results of steps are kept besides the daemon's own cache. */
export interface CachePlace {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** `type=registry,ref=…`, or names of images. Throws a plain Error. */
export function parseCachePlaces(texts: readonly string[], directory: string): CachePlace[] {
  return texts.flatMap(text => (isImages(text) ? images(text) : [parseCachePlace(text, directory)]));
}

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
