// `--print`: what would be built, as buildx prints it.
import { parseFields } from '../build/options/fields.ts';
import { type FieldName, fieldKinds } from './files/bake-file.ts';
import type { ResolvedTargets } from './resolve-targets.ts';

/** Lists whose items are `key=value` fields, which are printed as objects. */
const structured = new Set<FieldName>(['attest', 'cache-from', 'cache-to', 'secret', 'ssh', 'output']);

/** A document that is a bake file itself. */
export function printTargets(resolved: ResolvedTargets): string {
  return `${JSON.stringify(describeTargets(resolved), undefined, 2)}\n`;
}

interface TargetsDocument {
  readonly group: Readonly<Record<string, unknown>>;
  readonly target: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The same as a value; in order of the names. */
export function describeTargets({ targets, groups }: ResolvedTargets): TargetsDocument {
  const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    group: Object.fromEntries(
      sorted(groups).map(([name, { targets: members, description }]) => [
        name,
        { ...(description && { description }), targets: members },
      ]),
    ),
    target: Object.fromEntries(
      sorted(targets).map(([name, target]) => {
        const fields = (Object.keys(fieldKinds) as FieldName[]).flatMap((field): [string, unknown][] => {
          const value = target[field];
          if (value === undefined) return [];
          const shown = shownValue(field, value);
          return Object.keys(Object(shown)).length === 0 && typeof shown === 'object' ? [] : [[field, shown]];
        });
        const { description } = target;
        return [name, { ...(description && { description }), ...Object.fromEntries(fields) }];
      }),
    ),
  };
}

/** Records by their keys in order, lists without what they have twice. */
function shownValue(field: FieldName, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = [...new Set(value as string[])].map(item => (field === 'annotations' ? escaped(item) : item));
    return structured.has(field) ? items.map(item => objectOf(field, item)) : items;
  }
  if (field === 'dockerfile-inline') return escaped(value as string);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Readonly<Record<string, string>>).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, text]) => [key, field === 'contexts' ? text : escaped(text)]));
}

/** What would be an expression, would the document be read as a bake file. */
function escaped(text: string): string {
  return text.replaceAll('${', '$$${').replaceAll('%{', '%%{');
}

function objectOf(field: FieldName, text: string): Readonly<Record<string, unknown>> {
  if (field === 'ssh') {
    const [id = '', paths] = text.split('=');
    return { id, ...(paths !== undefined && { paths: paths.split(',') }) };
  }
  if (!text.includes('=')) {
    if (field === 'output') return text === '-' ? { type: 'tar', dest: '-' } : { dest: text, type: 'local' };
    return { ref: text, type: 'registry' };
  }
  const fields = [...parseFields(text)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (field === 'attest') return attestation(fields);
  // Of a secret its id comes first.
  const order = field === 'secret' ? fields.sort(([a], [b]) => Number(b === 'id') - Number(a === 'id')) : fields;
  return Object.fromEntries(order);
}

/** Whether it is refused is said only where it is, as a boolean. */
function attestation(fields: readonly (readonly [string, string])[]): Readonly<Record<string, unknown>> {
  const { disabled = 'false', ...others } = Object.fromEntries(fields);
  return disabled === 'false' ? others : { disabled: true, ...others };
}
