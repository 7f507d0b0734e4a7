// The door of the language: a Dockerfile's bytes in, its stages out.

import { errorMessage, invalid } from '../../lib/errors.ts';
import { ClassicError } from '../errors/classic-error.ts';
import { DockerfileError } from './dockerfile-error.ts';
import { locate } from './evaluation/stage-context.ts';
import { parseFrom } from './instructions/from.ts';
import { parseInstruction } from './instructions/parse-instruction.ts';
import { lintBegun, lintText } from './lint/lint-text.ts';
import { findDirective, findSyntax, parseCheckOptions } from './source/directives.ts';
import { readStatements, StatementError, type Statements } from './source/read-statements.ts';
import type { Statement } from './source/statement.ts';
import type { ArgInstruction, Dockerfile, Instruction, LineRange, Stage, Warning } from './syntax.ts';

interface ParseOptions {
  /** How messages name the file. */
  readonly name: string;
  /** Hears what the lint rules found before the instruction that makes no sense. */
  readonly abandon?: (warnings: readonly Warning[], file: Pick<Dockerfile, 'name' | 'source' | 'directives'>) => void;
}

/** Parses and validates a Dockerfile; throws `DockerfileError` with BuildKit's words, at the lines it is about. */
export function parseDockerfile(content: Uint8Array | string, { name, abandon }: ParseOptions): Dockerfile {
  const source = decode(content);
  if (source === '') {
    const classic = `the Dockerfile (${name}) cannot be empty`;
    throw new ClassicError('invalid', { message: 'the Dockerfile cannot be empty', classic });
  }
  const read = readLocated(name, source, () => readStatements(source));
  const syntax = findSyntax(source);
  const check = parseCheck(findDirective('check', source) ?? '');
  const directives = { ...(syntax === undefined ? {} : { syntax }), escape: read.escape, check };
  const understood: Statement[] = [];
  try {
    const parsed = parseStages(read.statements, { name, source, understood });
    return {
      ...{ name, source, directives, ...parsed },
      warnings: lintText(read.statements, read.emptyContinuations),
    };
  } catch (error) {
    abandon?.(lintBegun(understood, read.emptyContinuations), { name, source, directives });
    throw error;
  }
}

/**
 * The triggers an image carries (`Config.OnBuild`), to be run before the first instruction of a stage built upon it.
 * Throws `DockerfileError` located at `from`, the FROM of that stage.
 */
export function parseTriggers(triggers: readonly string[], from: Source & { range: LineRange }): Instruction[] {
  return triggers.map((trigger, index) =>
    locate(from, from.range, () => {
      const [statement, ...others] = readStatements(trigger).statements;
      if (statement === undefined || others.length > 0) throw invalid('onbuild trigger should be a single expression');
      return { ...parseInstruction(statement), range: from.range, triggerIndex: index };
    }),
  );
}

interface Source {
  readonly name: string;
  readonly source: string;
}

/** Statements that made sense are added to `understood`. */
function parseStages(
  statements: readonly Statement[],
  { understood, ...source }: Source & { understood: Statement[] },
): Pick<Dockerfile, 'globalArgs' | 'stages'> {
  const globalArgs: ArgInstruction[] = [];
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const statement of statements) {
    if (statement.keyword.toLowerCase() === 'from') {
      stages.push(parseAt(statement, source, () => parseStage(statement, stages.length)));
      understood.push(statement);
      continue;
    }
    const instruction = parseAt(statement, source, () => parseInstruction(statement));
    const stage = stages.at(-1);
    if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.kind === 'arg') globalArgs.push(instruction);
    else throw new DockerfileError('no build stage in current context', { ...source, ranges: [statement.range] });
    understood.push(statement);
  }
  if (stages.length === 0) throw invalid('dockerfile contains no stages to build');
  return { globalArgs, stages };
}

function parseStage(statement: Statement, index: number): Stage & { instructions: Instruction[] } {
  const { as, base, platform } = parseFrom(statement);
  return {
    index,
    ...(as === undefined ? {} : { name: as.name.toLowerCase() }),
    base,
    ...(platform === undefined ? {} : { platform }),
    text: statement.text.trim(),
    keyword: statement.keyword,
    range: statement.range,
    instructions: [],
  };
}

function parseAt<T>({ range }: Statement, source: Source, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const message = `dockerfile parse error on line ${range.start}: ${errorMessage(error)}`;
    throw new DockerfileError(message, { ...source, ranges: [range] }, { cause: error });
  }
}

function readLocated(name: string, source: string, read: () => Statements): Statements {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { message } = error;
    const cause = new ClassicError('invalid', { message, classic: `failed to parse ${name}: ${message}` }, error);
    if (!(error instanceof StatementError)) throw cause;
    const { start, end } = error;
    throw new DockerfileError(message, { name, source, ranges: [{ start, end }] }, { cause });
  }
}

function parseCheck(text: string) {
  try {
    return parseCheckOptions(text);
  } catch (error) {
    throw invalid(`failed to parse check options: ${errorMessage(error)}`, error);
  }
}

function decode(content: Uint8Array | string): string {
  const text = typeof content === 'string' ? content : new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
