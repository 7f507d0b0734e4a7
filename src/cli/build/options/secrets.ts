// `--secret id=…[,src=…|,env=…]`: read when a step asks for it, kept nowhere.
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorCode } from '../../../lib/errors.ts';
import { parseCsvLine } from '../../../lib/text/csv-line.ts';
import { systemMessage } from '../../container-config/env.ts';
import type { Io } from '../../io.ts';
import { parseFields } from './fields.ts';

/** Longer is no secret (BuildKit's limit). */
const longest = 500 * 1024;

type Place = { readonly env: string } | { readonly path: string };

/** Finds secrets by their ids. Throws a plain Error for a flag that makes no sense or a file that is not there. */
export function openSecrets(
  texts: readonly string[],
  io: Pick<Io, 'environment' | 'directory'>,
): (id: string) => Promise<Uint8Array | undefined> {
  const places = new Map(texts.map(text => parseSecret(text, io)));
  for (const place of places.values()) if ('path' in place) check(place.path);
  return async id => {
    const place = places.get(id);
    if (!place) return undefined;
    if ('path' in place) return await readFile(place.path);
    return Buffer.from(io.environment[place.env] ?? '');
  };
}

function parseSecret(text: string, { environment, directory }: Pick<Io, 'environment' | 'directory'>): [string, Place] {
  const {
    id,
    type = '',
    src,
    source,
    env,
    ...others
  } = Object.fromEntries(secretFields(text)) as Record<string, string>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Error(`unexpected key '${unknown}' in '${unknown}=${others[unknown]}'`);
  if (type !== '' && type !== 'file' && type !== 'env')
    throw new Error(`unsupported secret type ${JSON.stringify(type)}`);
  const named = env ?? (type === 'env' ? (src ?? source) : undefined);
  const file = type === 'env' ? undefined : (src ?? source);
  if (!id) throw new Error('secret missing ID');
  const key = id;
  if (named !== undefined) return [key, { env: named }];
  // An id alone is a variable of the environment where there is one, else a file.
  if (file === undefined && type !== 'file' && environment[key] !== undefined) return [key, { env: key }];
  return [key, { path: resolve(directory, file ?? key) }];
}

function secretFields(text: string): Map<string, string> {
  const bare = parseCsvLine(text).find(field => !field.includes('='));
  if (bare !== undefined) throw new Error(`invalid field '${bare}' must be a key=value pair`);
  return parseFields(text);
}

function check(path: string): void {
  try {
    if (statSync(path).size > longest) throw new Error(`invalid secret size ${path}: secrets must be less than 500KB`);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new Error(`failed to stat ${path}: stat ${path}: ${systemMessage(error)}`, { cause: error });
  }
}
