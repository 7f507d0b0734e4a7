// `--list`: what the bake files have, as buildx lists it.
import { byBytes, jsonOf, type Value } from './expressions/value.ts';
import type { BakeFile } from './files/bake-file.ts';

/** A table of `targets` or `variables`; `type=variables,format=json` is a document. Throws a plain Error in buildx's words. */
export function listBake(what: string, file: BakeFile): string {
  const { type, format } = parseWhat(what);
  if (type === 'variables') {
    const rows = variableRows(file);
    return format === 'json'
      ? jsonLines(rows)
      : table(['VARIABLE', 'TYPE', 'VALUE', 'DESCRIPTION'], rows.map(variableCells));
  }
  if (type !== 'targets') throw new Error(`invalid list type ${JSON.stringify(type)}`);
  const rows = targetRows(file);
  return format === 'json'
    ? jsonLines(rows)
    : table(
        ['TARGET', 'DESCRIPTION'],
        rows.map(({ name, description = '' }) => [name, description]),
      );
}

function parseWhat(text: string): { type: string; format: string } {
  let [type, format] = [text, 'table'];
  if (text.includes('=')) {
    for (const field of text.split(',')) {
      const [key, value = ''] = field.split(/=(.*)/s);
      if (key === 'type') type = value;
      else if (key === 'format') format = value;
      else throw new Error(`invalid list option ${JSON.stringify(field)}`);
    }
  }
  if (format === 'json' || format === 'table') return { type, format };
  throw new Error(`invalid list format ${JSON.stringify(format)}`);
}

interface VariableRow {
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
  /** Missing for null. */
  readonly value?: string;
}

function variableRows({ variables }: BakeFile): VariableRow[] {
  const rows = Object.entries(variables).map(([name, { type, description, value }]) => ({
    name,
    ...(type && { type }),
    ...(description && { description }),
    ...(value !== null && { value: shownValue(value) }),
  }));
  return rows.sort(byName);
}

const shownValue = (value: Value) => (typeof value === 'string' ? value : jsonOf(value));

const variableCells = ({ name, type = '', value = '<null>', description = '' }: VariableRow) => [
  name,
  type,
  value,
  description,
];

interface TargetRow {
  readonly name: string;
  readonly description?: string;
  readonly group?: true;
}

/** Those whose names begin with `_` are not for users. */
function targetRows({ targets, groups }: BakeFile): TargetRow[] {
  const all: TargetRow[] = [
    ...Object.entries(targets).map(([name, { description }]) => ({ name, ...(description && { description }) })),
    ...Object.entries(groups).map(([name, { description, targets: members }]) => {
      const list = [...members].sort(byBytes).join(', ');
      return { name, description: description ? `${description} (${list})` : list, group: true as const };
    }),
  ];
  return all.filter(({ name }) => !name.startsWith('_')).sort(byName);
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => byBytes(a.name, b.name);

const jsonLines = (rows: readonly unknown[]) => `${JSON.stringify(rows, undefined, 2)}\n`;

/** Columns that end at the tab stops, as Go's tabwriter has them. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows];
  const widths = heads.map(
    (_, column) => 8 * Math.ceil((Math.max(...all.map(row => (row[column] ?? '').length)) + 1) / 8),
  );
  const lines = all.map(row =>
    row
      .map((cell, column) => {
        if (column === heads.length - 1) return cell;
        return cell + '\t'.repeat(Math.ceil(((widths[column] ?? 0) - cell.length) / 8));
      })
      .join(''),
  );
  return lines.map(line => `${line}\n`).join('');
}
