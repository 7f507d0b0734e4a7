// `--set target.key=value`.

import { ownEntry } from '../../lib/own-entry.ts';
import { matchPattern } from '../../lib/patterns/path-match.ts';
import { type BakeFile, type BakeTarget, type FieldName, fieldKinds } from './files/bake-file.ts';

/** What is set: `value` replaces lists, or is added to them. */
interface Override {
  readonly pattern: string;
  readonly field: FieldName;
  /** Key of a record. */
  readonly key: string | undefined;
  readonly value: string;
  readonly adds: boolean;
}

/** Other names of fields, from before they could be several. */
const aliases: Readonly<Record<string, FieldName>> = { platform: 'platforms', outputs: 'output', secrets: 'secret' };

/** Throws a plain Error with buildx's wording. */
export function parseOverride(text: string): Override {
  const match = /^([^=]+?)(\+?)=([\s\S]*)$/.exec(text);
  const [pattern = '', name = '', ...rest] = (match?.[1] ?? '').split('.');
  if (!match || name === '') throw new Error(`invalid override ${text}, expected target.name=value`);
  const field = ownEntry(aliases, name) ?? (name as FieldName);
  if (!Object.hasOwn(fieldKinds, field)) throw new Error(`unknown key: ${name}`);
  const isRecord = fieldKinds[field] === 'record';
  if (isRecord !== rest.length > 0) {
    throw new Error(
      isRecord ? `invalid key ${match[1]}, ${name} requires name` : `invalid override ${text}: ${name} has no parts`,
    );
  }
  return { pattern, field, key: isRecord ? rest.join('.') : undefined, value: match[3] ?? '', adds: match[2] === '+' };
}

/** Sets them on all targets whose names match. Throws a plain Error where none does. */
export function applyOverrides(file: BakeFile, overrides: readonly Override[]): BakeFile {
  const targets: Record<string, BakeTarget> = { ...file.targets };
  for (const { pattern } of overrides) {
    if (!Object.keys(targets).some(name => matchPattern(pattern, name))) {
      throw new Error(`could not find any target matching '${pattern}'`);
    }
  }
  for (const [name, target] of Object.entries(targets)) {
    const set = new Set<FieldName>();
    targets[name] = overrides
      .filter(({ pattern }) => matchPattern(pattern, name))
      .reduce((changed, override) => applyOne(changed, override, set), target);
  }
  return { ...file, targets };
}

/** `set`: lists that were given before on the same command line, which later values are added to. */
function applyOne(target: BakeTarget, { field, key, value, adds }: Override, set: Set<FieldName>): BakeTarget {
  switch (fieldKinds[field]) {
    case 'record':
      return { ...target, [field]: { ...(target[field] as object), [key ?? '']: value } };
    case 'list': {
      const before = adds || set.has(field) ? ((target[field] as readonly string[] | undefined) ?? []) : [];
      set.add(field);
      return { ...target, [field]: value === '' ? before : [...before, value] };
    }
    case 'switch':
      if (value !== 'true' && value !== 'false') throw new Error(`invalid value ${value} for boolean key ${field}`);
      return { ...target, [field]: value === 'true' };
    default:
      return { ...target, [field]: value };
  }
}
