// Changing the user's `config.json` without touching what we know nothing of.

import { chmodSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';

/**
 * Makes `key` be `value`, or removes it when undefined. The file is replaced whole and keeps its mode; a new one is for
 * the user alone. A link stays a link. Throws a plain Error when what is there cannot be read.
 */
export function editClientConfig(folder: string, key: string, value: string | undefined): void {
  const file = join(folder, 'config.json');
  const document = readDocument(file);
  if (document[key] === value) return;
  const { [key]: _old, ...rest }: Record<string, unknown> = { auths: {}, ...document };
  const changed = value === undefined ? rest : { ...rest, [key]: value };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const target = realPath(file);
  const draft = `${target}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(changed, null, '\t'), { mode: 0o600 });
    chmodSync(draft, modeOf(target));
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
}

function readDocument(file: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof document !== 'object' || document === null) throw new Error('not an object');
    return document as Record<string, unknown>;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {};
    throw new Error(`Error parsing config file (${file}): ${(error as Error).message}`, { cause: error });
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function modeOf(file: string): number {
  return (statSync(file, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
}
