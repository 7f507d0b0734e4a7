// `--set target.key=value`.
import { matchPattern } from '../../lib/patterns/path-match.ts';
import type { Environment } from './declarations/bake-scope.ts';
import { type BakeFile, type BakeTarget, type FieldName, fieldKinds } from './files/bake-file.ts';
import { joinAttests } from './files/merge-targets.ts';
import { loaded, pushed, unpushed } from './outputs.ts';

/** What is set: `value` replaces lists, or is added to them. */
interface Override {
  readonly pattern: string;
  readonly field: FieldName | 'push' | 'load';
  /** Key of a record. */
  readonly key: string | undefined;
  /** Undefined for an argument that the environment has the value of. */
  readonly value: string | undefined;
  readonly adds: boolean;
}

/** Other names of fields, from before they could be several. */
const aliases: Readonly<Record<string, FieldName>> = { platform: 'platforms', outputs: 'output', secrets: 'secret' };

/** Throws a plain Error with buildx's wording. */
export function parseOverride(text: string): Override {
  const [, written = text, plus = '', value] = /^([^=]*?)(\+?)=([\s\S]*)$/.exec(text) ?? [];
  const [pattern = '', name = '', ...rest] = written.split('.');
  if (name === '') throw new Error(`invalid override key ${written}, expected target.name`);
  if (value === undefined && name !== 'args') throw new Error(`invalid override ${text}, expected target.name=value`);
  const field = aliases[name] ?? (name as Override['field']);
  const kind = field === 'push' || field === 'load' ? 'switch' : fieldKinds[field];
  if (!kind) throw new Error(`unknown key: ${name}`);
  if ((kind === 'record') !== rest.length > 0) {
    throw new Error(
      kind === 'record'
        ? `invalid key ${written}, ${name} requires name`
        : `invalid override ${text}: ${name} has no parts`,
    );
  }
  if (kind === 'switch' && value !== 'true' && value !== 'false') {
    throw new Error(`invalid value ${value} for boolean key ${name}`);
  }
  return { pattern, field, key: kind === 'record' ? rest.join('.') : undefined, value, adds: plus === '+' };
}

/** What is made of a target that has all it inherits. */
export type ChangeTarget = (name: string, target: BakeTarget) => BakeTarget;

/** Sets them on all targets whose names match. Throws a plain Error where none does. */
export function settingAll(
  file: BakeFile,
  overrides: readonly Override[],
  environment: Environment = {},
): ChangeTarget {
  const names = Object.keys(file.targets);
  for (const { pattern } of overrides) {
    if (!names.some(name => matchPattern(pattern, name))) {
      throw new Error(`could not find any target matching '${pattern}'`);
    }
  }
  return (name, target) => {
    const meant = overrides.filter(({ pattern }) => matchPattern(pattern, name));
    return applyAll(target, meant, environment);
  };
}

function applyAll(target: BakeTarget, overrides: readonly Override[], environment: Environment): BakeTarget {
  const single = overrides.filter(({ field }) => field !== 'push' && field !== 'load' && fieldKinds[field] !== 'list');
  const changed = single.reduce((before, override) => applyOne(before, override, environment), target);
  const lists = Map.groupBy(
    overrides.filter(({ field }) => field !== 'push' && field !== 'load' && fieldKinds[field] === 'list'),
    ({ field }) => field as FieldName,
  );
  const listed = [...lists].reduce((before, [field, given]) => withList(before, field, given), changed);
  return overrides.reduce(withOutputs, listed);
}

function applyOne(target: BakeTarget, { field, key = '', value }: Override, environment: Environment): BakeTarget {
  const name = field as FieldName;
  switch (fieldKinds[name]) {
    case 'record': {
      const text = value ?? (Object.hasOwn(environment, key) ? environment[key] : undefined);
      return text === undefined ? target : { ...target, [name]: { ...(target[name] as object), [key]: text } };
    }
    case 'switch':
      return { ...target, [name]: value === 'true' };
    default:
      return { ...target, [name]: value };
  }
}

/** Values of one list belong together; the last one says whether they are added. Some lists only ever grow. */
function withList(target: BakeTarget, field: FieldName, overrides: readonly Override[]): BakeTarget {
  const values = overrides.flatMap(({ value }) => (value === undefined || value === '' ? [] : [value]));
  const grows = field === 'annotations' || field === 'entitlements' || field === 'attest';
  if (grows || overrides.at(-1)?.adds) {
    const before = (target[field] as readonly string[] | undefined) ?? [];
    return field === 'attest'
      ? { ...target, attest: joinAttests(before, values) }
      : { ...target, [field]: [...before, ...values] };
  }
  return { ...target, [field]: values };
}

function withOutputs(target: BakeTarget, { field, value }: Override): BakeTarget {
  const before = target.output ?? [];
  if (field === 'push') return { ...target, output: value === 'true' ? pushed(before) : unpushed(before) };
  return field === 'load' && value === 'true' ? { ...target, output: loaded(before) } : target;
}
