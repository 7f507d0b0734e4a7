// Lists of things in the forms of `--format`: table, table with a template, json, template.

import type { TemplateFunction } from '../../lib/template/functions.ts';
import { compileTemplate, type Template } from '../../lib/template/template.ts';
import type { GoStruct } from '../../lib/template/values.ts';
import { alignColumns } from '../../lib/text/table.ts';

interface ListFormat {
  /** What `--format` says; '' and `table` mean `table`. */
  format: string;
  /** The template of the default table, cells parted by tabs. */
  table: string;
  /** The template of `--format raw`, where there is one. */
  raw?: string;
  /** The column heads, by field. */
  headers: Readonly<Record<string, string>>;
}

/** The text of a list: a line for each row, heads first in a table. Throws a plain Error with Docker's wording. */
export function formatList(rows: readonly GoStruct[], list: ListFormat): string {
  const format = list.format.trim();
  if (format === 'table' || format === '') return formatTable(rows, list.table, list.headers);
  if (format === 'raw' && list.raw !== undefined) return formatLines(rows, list.raw);
  if (format === 'json') return formatLines(rows, '{{json .}}');
  const table = /^table[ \t]+([\s\S]*)$/.exec(format);
  if (table) return formatTable(rows, unescapeFormat(table[1]!), list.headers);
  return formatLines(rows, unescapeFormat(list.format));
}

/**
 * Checks a template of rows before anything is asked of a daemon, by trying it on an empty row. Throws a plain Error.
 */
export function checkListFormat(format: string, empty: GoStruct): void {
  const source = unescapeFormat(format.trim().replace(/^table([ \t]+|$)/, ''));
  if (['', 'json', 'raw'].includes(source)) return;
  let template: Template;
  try {
    template = compileTemplate(source);
  } catch (error) {
    throw new Error(`failed to parse template: ${(error as Error).message}`, { cause: error });
  }
  try {
    template.execute(empty);
  } catch (error) {
    throw new Error(`failed to execute template: ${(error as Error).message}`, { cause: error });
  }
}

/** Whether a format asks for a field, so that the daemon need not compute it otherwise. */
export function usesField(format: string, field: string): boolean {
  return new RegExp(`\\{\\{[^}]*\\.${field}\\b`).test(format) || /\{\{[^}]*json \.\s*\}\}/.test(format);
}

function formatLines(rows: readonly GoStruct[], source: string): string {
  const template = compile(source);
  return rows.map(row => `${execute(template, row)}\n`).join('');
}

function formatTable(rows: readonly GoStruct[], source: string, headers: Readonly<Record<string, string>>): string {
  const template = compile(source);
  const head = execute(compile(source, headerFunctions), { ...headers, Label: labelHeader });
  const lines = [head, ...rows.map(row => execute(template, row))].flatMap(line => line.split('\n'));
  return `${alignColumns(lines).join('\n')}\n`;
}

/** `com.example.some-label` heads its column as `some label`. */
function labelHeader(name: string): string {
  return name.split('.').at(-1)!.replace(/[-_]/g, ' ');
}

const identity: TemplateFunction = { min: 1, max: 2, call: (value: unknown) => value };
const headerFunctions = { json: identity, title: identity, lower: identity, upper: identity, truncate: identity };

function compile(source: string, functions?: Readonly<Record<string, TemplateFunction>>): Template {
  try {
    return compileTemplate(source, { functions });
  } catch (error) {
    throw new Error(`template parsing error: ${(error as Error).message}`, { cause: error });
  }
}

function execute(template: Template, row: GoStruct): string {
  try {
    return template.execute(row);
  } catch (error) {
    throw new Error(`template parsing error: ${(error as Error).message}`, { cause: error });
  }
}

/** Docker lets `\t` and `\n` be written literally. */
function unescapeFormat(format: string): string {
  return format.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
}
