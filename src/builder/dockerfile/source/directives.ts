// Parser directives: `# escape=`, `# syntax=` and `# check=` at the head of a file.
import { invalid } from '../../../lib/errors.ts';
import { quoteGo } from '../../../lib/template/quote.ts';
import { parseGoBool } from '../../../lib/text/go-values.ts';
import type { CheckOptions } from '../syntax.ts';

const names: readonly string[] = ['escape', 'syntax', 'check'];

interface Directive {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads directives line by line until the first line that is none. Throws `invalid` when one comes twice, with the
 * count of lines read before.
 */
export class DirectiveReader {
  readonly #seen = new Set<string>();
  readonly #pattern: RegExp;
  #done = false;

  constructor(comment: '#' | '//' = '#') {
    this.#pattern = new RegExp(`^${comment}\\s*([a-zA-Z][a-zA-Z0-9]*)\\s*=\\s*(.+?)\\s*$`);
  }

  read(line: string): Directive | undefined {
    if (this.#done) return undefined;
    const [, key, value = ''] = this.#pattern.exec(line) ?? [];
    const name = key?.toLowerCase();
    if (name === undefined || !names.includes(name)) {
      this.#done = true;
      return undefined;
    }
    if (this.#seen.has(name)) throw invalid(`only one ${name} parser directive can be used`);
    this.#seen.add(name);
    return { name, value };
  }
}

/** The escape character a directive names; throws `invalid`. */
export function parseEscape(value: string): '\\' | '`' {
  if (value === '\\' || value === '`') return value;
  throw invalid(`invalid escape token '${value}' does not match \` or \\`);
}

/** The frontend image a file asks for: `# syntax=`, also as `// syntax=` or in a JSON file; undefined when none. */
export function findSyntax(source: string): string | undefined {
  const value = findDirective('syntax', source) ?? findDirective('syntax', source, '//') ?? syntaxOfJson(source);
  return value?.split(' ')[0];
}

/** The value of a directive; a first line `#!` is passed over, and a repeated directive ends the search. */
export function findDirective(name: string, source: string, comment: '#' | '//' = '#'): string | undefined {
  const reader = new DirectiveReader(comment);
  const lines = source.split(/\r?\n/);
  for (const line of lines[0]?.startsWith('#!') ? lines.slice(1) : lines) {
    const directive = tryRead(reader, line);
    if (directive === undefined) return undefined;
    if (directive.name === name) return directive.value;
  }
  return undefined;
}

function tryRead(reader: DirectiveReader, line: string): Directive | undefined {
  try {
    return reader.read(line);
  } catch {
    return undefined; // the parser of lines says it, with the line
  }
}

function syntaxOfJson(source: string): string | undefined {
  if (!source.trimStart().startsWith('{')) return undefined;
  try {
    const { syntax } = JSON.parse(source) as { syntax?: unknown };
    return typeof syntax === 'string' ? syntax : undefined;
  } catch {
    return undefined;
  }
}

/** `skip=Rule,Rule;error=true;experimental=all`; throws `invalid`. An empty text asks for nothing. */
export function parseCheckOptions(text: string): CheckOptions {
  const options = { skip: [] as string[], experimental: [] as string[], error: false };
  const trimmed = text.trim();
  if (trimmed === '') return options;
  for (const part of splitLimited(trimmed, ';', 3)) {
    const at = part.indexOf('=');
    if (at < 0) throw invalid(`invalid check option ${quoteGo(part)}`);
    const key = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (key === 'skip' || key === 'experimental') options[key] = value.split(',').map(rule => rule.trim());
    else if (key === 'error') options.error = parseCheckBool(value, part);
    else throw invalid(`invalid check option ${quoteGo(key)}`);
  }
  return options;
}

function parseCheckBool(value: string, part: string): boolean {
  const result = parseGoBool(value);
  if (result !== undefined) return result;
  const reason = `strconv.ParseBool: parsing ${quoteGo(value)}: invalid syntax`;
  throw invalid(`failed to parse check option ${quoteGo(part)}: ${reason}`);
}

/** Go's `SplitN`: what is beyond the limit stays in the last part. */
function splitLimited(text: string, separator: string, limit: number): string[] {
  const parts = text.split(separator);
  return parts.length <= limit ? parts : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}
