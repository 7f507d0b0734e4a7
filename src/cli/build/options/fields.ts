// `key=value` fields separated by commas, as most flags of a build have them.

import { ownEntry } from '../../../lib/own-entry.ts';
import { parseCsvLine } from '../../../lib/text/csv-line.ts';

/** The fields by key, in order. Throws a plain Error for a field without a value that `bare` does not name. */
export function parseFields(text: string, bare: readonly string[] = []): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of parseCsvLine(text)) {
    const equals = field.indexOf('=');
    const key = (equals < 0 ? field : field.slice(0, equals)).trim().toLowerCase();
    if (equals < 0 && !bare.includes(key)) throw new Error(`invalid value ${field}`);
    fields.set(key, equals < 0 ? '' : field.slice(equals + 1));
  }
  return fields;
}

/** `key=value` texts as a record; one without a value takes that of the environment, and is left out where that has none. Throws a plain Error. */
export function keyValues(
  texts: readonly string[],
  environment?: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const text of texts) {
    const equals = text.indexOf('=');
    const key = equals < 0 ? text : text.slice(0, equals);
    if (key === '') throw new Error(`invalid key-value pair ${JSON.stringify(text)}: empty key`);
    const value = equals < 0 ? (environment ? ownEntry(environment, key) : '') : text.slice(equals + 1);
    if (value !== undefined) found[key] = value;
  }
  return found;
}
