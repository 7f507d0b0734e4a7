// Go text/template, as wide as Docker's `--format` needs it.

import { evaluateTemplate, TemplateExecutionError } from './evaluate.ts';
import { builtinFunctions, dockerFunctions, type TemplateFunction } from './functions.ts';
import { TemplateSyntaxError } from './lex.ts';
import { parseTemplate } from './parse.ts';

/** A compiled template. `execute` throws a plain Error with Go's wording. */
export interface Template {
  execute(data: unknown): string;
}

/**
 * Compiles `source` with Go's and Docker's functions and `functions`. Values are understood as `values.ts` says.
 * Throws a plain Error worded as Go's parser: `template: :1: unclosed action`.
 */
export function compileTemplate(
  source: string,
  options: {
    functions?: Readonly<Record<string, TemplateFunction>>;
    missingKeyIsError?: boolean;
    /** The template's name in messages; '' by default. */
    name?: string;
  } = {},
): Template {
  const functions = { ...builtinFunctions, ...dockerFunctions, ...options.functions };
  const { name = '' } = options;
  const parsed = parse(source, name, word => Object.hasOwn(functions, word));
  const { definitions } = parsed;
  const missingKeyIsError = options.missingKeyIsError ?? false;
  return {
    execute(data) {
      try {
        return evaluateTemplate(parsed.nodes, data, { functions, definitions, missingKeyIsError });
      } catch (error) {
        if (!(error instanceof TemplateExecutionError)) throw error;
        const { line, column } = position(source, error.offset);
        const at = error.at.length > 20 ? `${error.at.slice(0, 20)}...` : error.at;
        throw new Error(
          `template: ${name}:${line}:${column}: executing ${JSON.stringify(name)} at <${at}>: ${error.message}`,
          { cause: error },
        );
      }
    },
  };
}

function parse(source: string, name: string, isFunction: (name: string) => boolean) {
  try {
    return parseTemplate(source, isFunction);
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    throw new Error(`template: ${name}:${position(source, error.offset).line}: ${error.message}`, { cause: error });
  }
}

function position(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split('\n');
  return { line: before.length, column: Buffer.byteLength(before.at(-1)!) };
}
