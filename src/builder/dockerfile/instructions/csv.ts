// One line of comma separated values, as the options of `--mount` and `--device` are written.
import { invalid } from '../../../lib/errors.ts';

/** The fields of a line, `"` quoting commas and `""` a quote. Throws `invalid` starting with `what` and Go's words. */
export function parseCsvLine(line: string, what: string): string[] {
  if (line === '') throw invalid(`${what}: EOF`);
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const { field, end } = line[at] === '"' ? quoted(line, at, what) : plain(line, at, what);
    fields.push(field);
    at = end + 1;
  }
  return fields;
}

function plain(line: string, start: number, what: string): { field: string; end: number } {
  const comma = line.indexOf(',', start);
  const end = comma < 0 ? line.length : comma;
  const field = line.slice(start, end);
  const quote = field.indexOf('"');
  if (quote >= 0)
    throw invalid(`${what}: parse error on line 1, column ${start + quote + 1}: bare " in non-quoted-field`);
  return { field, end };
}

function quoted(line: string, start: number, what: string): { field: string; end: number } {
  let field = '';
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] !== '"') field += line[at];
    else if (line[at + 1] === '"') field += line[at++];
    else if (at + 1 === line.length || line[at + 1] === ',') return { field, end: at + 1 };
    else throw misplaced(what, at + 1);
  }
  throw misplaced(what, line.length + 1);
}

const misplaced = (what: string, column: number) =>
  invalid(`${what}: parse error on line 1, column ${column}: extraneous or missing " in quoted-field`);
