// `--print`: what would be built, as buildx prints it.
import { parseFields } from '../build/options/fields.ts';
import { type FieldName, fieldKinds } from './bake-file.ts';
import type { ResolvedTargets } from './resolve-targets.ts';

/** Lists whose items are `key=value` fields, which are printed as objects. */
const structured = new Set<FieldName>(['attest', 'cache-from', 'cache-to', 'secret', 'ssh', 'output']);

/** A document that is a bake file itself. */
export function printTargets({ targets, groups }: ResolvedTargets): string {
  const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const document = {
    group: Object.fromEntries(sorted(groups).map(([name, { targets: members }]) => [name, { targets: members }])),
    target: Object.fromEntries(
      sorted(targets).map(([name, target]) => {
        const fields = (Object.keys(fieldKinds) as FieldName[]).flatMap((field): [string, unknown][] => {
          const value = target[field];
          if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
          return [[field, structured.has(field) ? (value as string[]).map(item => objectOf(field, item)) : value]];
        });
        return [name, Object.fromEntries(fields)];
      }),
    ),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function objectOf(field: FieldName, text: string): Readonly<Record<string, string>> {
  if (field === 'ssh') {
    const [id = '', paths] = text.split('=');
    return { id, ...(paths !== undefined && { paths }) };
  }
  if (!text.includes('=')) {
    if (field === 'output') return text === '-' ? { type: 'tar', dest: '-' } : { dest: text, type: 'local' };
    return { ref: text, type: 'registry' };
  }
  return Object.fromEntries([...parseFields(text)].sort(([a], [b]) => (a < b ? -1 : 1)));
}
