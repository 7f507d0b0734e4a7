// The user's `config.json` as a document, and how it becomes another one.

import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { readIfThere } from '../../lib/files/if-there.ts';
import { describeJsonError } from '../../lib/text/go-json-error.ts';

type Document = Record<string, unknown>;

/** Empty where there is no such file, or nothing in it. Throws a plain Error that names the file. */
export function readDocument(file: string): Document {
  const text = readIfThere(file) ?? '';
  if (text.trim() === '') return {};
  try {
    return asObject(JSON.parse(text), file);
  } catch (error) {
    const why = error instanceof SyntaxError ? describeJsonError(text) : (error as Error).message;
    throw new Error(`Error parsing config file (${file}): ${why}`, { cause: error });
  }
}

/** A value that is to be an object; null is an empty one. Throws a plain Error that says `where` it is not. */
export function asObject(value: unknown, where: string): Document {
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${where}: not an object`);
  return value as Document;
}

/**
 * Whoever reads the file sees the old document or the new one. It keeps its owner and mode, and is for the user alone when
 * it is new; a link stays a link.
 */
export function replaceDocument(file: string, document: Document): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const target = resolveLink(file);
  const folder = mkdtempSync(join(dirname(target), '.config-'));
  try {
    const fresh = join(folder, 'config.json');
    writeFileSync(fresh, JSON.stringify(document, null, '\t'), { mode: 0o600, flush: true });
    keepOwner(target, fresh);
    renameSync(fresh, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function resolveLink(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function keepOwner(from: string, to: string): void {
  try {
    const { mode, uid, gid } = statSync(from);
    chmodSync(to, mode & 0o777);
    chownSync(to, uid, gid);
  } catch {
    // A new file, or one of somebody else: ours then, for us alone.
  }
}
