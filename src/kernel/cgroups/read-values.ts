// The value files of control groups.
import { join } from 'node:path';
import { readIfThere } from '../files/read-if-there.ts';

/** The number in a file; undefined if the file is missing or says something else (`max`). */
export function readNumber(folder: string | undefined, file: string): number | undefined {
  const text = folder === undefined ? undefined : readIfThere(join(folder, file))?.trim();
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Lines of `name value`; empty if the file is missing. */
export function readTable(folder: string | undefined, file: string): Record<string, number> {
  const text = folder === undefined ? '' : (readIfThere(join(folder, file)) ?? '');
  const table: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [name, value] = line.split(' ');
    if (name && value !== undefined) table[name] = Number(value);
  }
  return table;
}

/** The lines of a file, without empty ones. */
export function readLines(folder: string | undefined, file: string): string[] {
  const text = folder === undefined ? '' : (readIfThere(join(folder, file)) ?? '');
  return text.split('\n').filter(line => line.trim() !== '');
}
