// `--chmod` of COPY and ADD, octal or symbolic as chmod(1) has it.
import { invalid } from '../../../lib/errors.ts';

/** The mode bits (07777) a file gets, from those it has. */
export type ModeChange = (mode: number, isDirectory: boolean) => number;

const executable = 0o111;

interface Clause {
  readonly who: string;
  readonly operator: string;
  readonly permissions: string;
}

/** Reads `0644` or `u=rwX,go-w`; throws `invalid` with BuildKit's words. */
export function parseChmod(text: string): ModeChange {
  if (/^\d/.test(text)) {
    const mode = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : -1;
    if (mode < 0 || mode > 0o7777) {
      throw invalid(`invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`);
    }
    return () => mode;
  }
  const clauses = text.split(',').flatMap(parseClause);
  return (mode, isDirectory) => clauses.reduce((bits, clause) => apply(clause, bits, isDirectory), mode & 0o7777);
}

function parseClause(text: string): Clause[] {
  const [, who = '', rest = ''] = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(text) ?? [];
  if (rest === '') throw invalid('invalid syntax');
  const targets = who === '' || who.includes('a') ? 'ugo' : who;
  return [...rest.matchAll(/([-+=])([a-zA-Z]*)/g)].map(([, operator = '', permissions = '']) => ({
    who: targets,
    operator,
    permissions,
  }));
}

function apply({ who, operator, permissions }: Clause, mode: number, isDirectory: boolean): number {
  const wanted = bitsOf(who, permissions, mode, isDirectory);
  if (operator === '+') return mode | wanted;
  if (operator === '-') return mode & ~wanted;
  return (mode & ~coverOf(who)) | wanted;
}

const shifts: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

function bitsOf(who: string, permissions: string, mode: number, isDirectory: boolean): number {
  const copied = shifts[permissions] === undefined ? undefined : (mode >> shifts[permissions]!) & 7;
  const all = isDirectory || (mode & executable) !== 0;
  const has = (letter: string) => permissions.includes(letter);
  const triplet = copied ?? (has('r') ? 4 : 0) | (has('w') ? 2 : 0) | (has('x') || (has('X') && all) ? 1 : 0);
  let bits = 0;
  for (const target of who) bits |= triplet << shifts[target]!;
  if (copied !== undefined) return bits;
  if (has('s')) bits |= (who.includes('u') ? 0o4000 : 0) | (who.includes('g') ? 0o2000 : 0);
  if (has('t')) bits |= 0o1000;
  return bits;
}

/** What `=` clears. */
function coverOf(who: string): number {
  let bits = 0;
  for (const target of who) bits |= 7 << shifts[target]!;
  return bits | (who.includes('u') ? 0o4000 : 0) | (who.includes('g') ? 0o2000 : 0) | (who.includes('o') ? 0o1000 : 0);
}
