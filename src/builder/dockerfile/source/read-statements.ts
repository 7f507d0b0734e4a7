// From the text of a Dockerfile to its statements: comments, continuation lines, here-documents.

import { BerthError, errorMessage, invalid } from '../../../lib/errors.ts';
import { ClassicError } from '../../errors/classic-error.ts';
import type { Heredoc } from '../syntax.ts';
import { DirectiveReader, parseEscape } from './directives.ts';
import { heredocsOf } from './heredoc.ts';
import { parseStatementLine, type Statement, takesHeredocs } from './statement.ts';

/** What went wrong at which lines; `parseDockerfile` makes a `DockerfileError` of it. */
export class StatementError extends BerthError {
  readonly start: number;
  readonly end: number;

  constructor(error: unknown, start: number, end = start) {
    super('invalid', errorMessage(error), { cause: error });
    this.start = start;
    this.end = end;
  }
}

export interface Statements {
  readonly statements: readonly Statement[];
  readonly escape: '\\' | '`';
  /** Last lines of the statements with an empty line inside of them. */
  readonly emptyContinuations: readonly number[];
}

const longestLine = 65_535;

/** Reads the statements of a Dockerfile; throws `StatementError`. */
export function readStatements(source: string): Statements {
  return new StatementReader(source).run();
}

class StatementReader {
  /** Each with its line ending. */
  readonly #lines: string[];
  readonly #directives = new DirectiveReader();
  readonly #statements: Statement[] = [];
  readonly #emptyContinuations: number[] = [];
  #escape: '\\' | '`' = '\\';
  #continuation = continuationOf('\\');
  #comments: string[] = [];
  #line = 0;

  constructor(source: string) {
    this.#lines = source.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  }

  run(): Statements {
    while (this.#line < this.#lines.length) this.#readStatement();
    if (this.#statements.length === 0) {
      const message = 'file with no instructions';
      const classic = `failed to parse Dockerfile: ${message}`;
      throw new StatementError(new ClassicError('invalid', { message, classic }), this.#line);
    }
    return { statements: this.#statements, escape: this.#escape, emptyContinuations: this.#emptyContinuations };
  }

  #readStatement(): void {
    const first = this.#takeLine(true);
    const start = this.#line;
    const [line, complete] = this.#trimContinuation(first);
    if (complete && line === '') return;
    const text = complete ? line : line + this.#continued();
    this.#statements.push(this.#statement(text, start));
    this.#comments = [];
  }

  #statement(text: string, start: number): Statement {
    const at = <T>(read: () => T): T => {
      try {
        return read();
      } catch (error) {
        throw new StatementError(error, start, this.#line);
      }
    };
    const line = at(() => parseStatementLine(text, this.#escape));
    const heredocs = takesHeredocs(line) ? at(() => heredocsOf(text).map(opened => this.#heredoc(opened))) : [];
    return { ...line, heredocs, range: { start, end: this.#line }, comments: this.#comments };
  }

  /** What follows on further lines, without the comments and empty lines between them. */
  #continued(): string {
    let text = '';
    let hasEmpty = false;
    for (let complete = false; !complete && this.#line < this.#lines.length; ) {
      const raw = this.#lines[this.#line]!;
      const line = this.#takeLine(false);
      if (comment(raw)) continue;
      if (line.trim() === '') {
        hasEmpty = true;
        continue;
      }
      const [part, isLast] = this.#trimContinuation(line);
      text += part;
      complete = isLast;
    }
    if (hasEmpty) this.#emptyContinuations.push(this.#line);
    return text;
  }

  #heredoc(opened: Omit<Heredoc, 'content'>): Heredoc {
    let content = '';
    while (this.#line < this.#lines.length) {
      const line = this.#lines[this.#line++]!;
      const end = line.replace(/[\r\n]+$/, '');
      if ((opened.stripTabs ? end.replace(/^\t+/, '') : end) === opened.name) return { ...opened, content };
      content += line;
    }
    throw invalid('unterminated heredoc');
  }

  /** The next line without its ending; a comment is an empty line. Directives take effect. */
  #takeLine(trimLeft: boolean): string {
    const raw = this.#lines[this.#line]!;
    if (Buffer.byteLength(raw) > longestLine) {
      throw new StatementError(invalid(`dockerfile line greater than max allowed size of ${longestLine}`), this.#line);
    }
    const ended = raw.replace(/[\r\n]+$/, '');
    const line = trimLeft ? ended.trimStart() : ended;
    const isDirective = this.#readDirective(line);
    this.#line++;
    if (!line.startsWith('#')) return line;
    if (trimLeft && !isDirective) this.#addComment(line.slice(1).trim());
    return '';
  }

  #readDirective(line: string): boolean {
    try {
      const directive = this.#directives.read(line);
      if (directive?.name === 'escape') {
        this.#escape = parseEscape(directive.value);
        this.#continuation = continuationOf(this.#escape);
      }
      return directive !== undefined;
    } catch (error) {
      throw new StatementError(error, this.#line); // as BuildKit counts: the line before
    }
  }

  /** An empty comment parts what follows from what is before it. */
  #addComment(text: string): void {
    if (text === '') this.#comments = [];
    else this.#comments.push(text);
  }

  #trimContinuation(line: string): [text: string, complete: boolean] {
    const text = line.replace(this.#continuation, '$1');
    return [text, text === line && !this.#continuation.test(line)];
  }
}

const comment = (line: string) => line.trimStart().startsWith('#');

/** The escape at the end of a line, before blanks, unless it is itself escaped. */
const continuationOf = (character: '\\' | '`') => {
  const token = character === '\\' ? '\\\\' : '`';
  return new RegExp(`([^${token}])${token}[ \\t]*$|^${token}[ \\t]*$`);
};
