// One line of comma-separated fields, with Go's encoding/csv quoting.

/** The fields of a line, `"` quoting commas and `""` a quote. Throws a plain Error in Go's words; `EOF` for an empty one. */
export function parseCsvLine(line: string): string[] {
  if (line === '') throw new Error('EOF');
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const { field, end } = line[at] === '"' ? quoted(line, at) : plain(line, at);
    fields.push(field);
    at = end + 1;
  }
  return fields;
}

function plain(line: string, start: number): { field: string; end: number } {
  const comma = line.indexOf(',', start);
  const end = comma < 0 ? line.length : comma;
  const field = line.slice(start, end);
  const quote = field.indexOf('"');
  if (quote >= 0) throw parseError(start + quote + 1, 'bare " in non-quoted-field');
  return { field, end };
}

function quoted(line: string, start: number): { field: string; end: number } {
  let field = '';
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] !== '"') field += line[at];
    else if (line[at + 1] === '"') field += line[at++];
    else if (at + 1 === line.length || line[at + 1] === ',') return { field, end: at + 1 };
    else throw parseError(at + 1, misplaced);
  }
  throw parseError(line.length + 1, misplaced);
}

const misplaced = 'extraneous or missing " in quoted-field';

const parseError = (column: number, what: string) => new Error(`parse error on line 1, column ${column}: ${what}`);
