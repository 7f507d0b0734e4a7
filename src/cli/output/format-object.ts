// `--format` of one object.

import { compileTemplate, type Template } from '../../lib/template/template.ts';
import { toJson } from '../../lib/template/values.ts';
import { ExitError } from '../failure.ts';
import { asTyped } from './go-values.ts';

/** An API object as `json` or by a template. A template that cannot be read ends the command with Docker's exit code 64. */
export function formatObject(format: string, object: unknown): string {
  return objectFormatter(format)(object);
}

/** Like {@link formatObject}, for many objects with one format. */
export function objectFormatter(format: string, name = ''): (object: unknown) => string {
  if (format === 'json') return toJson;
  let template: Template;
  try {
    template = compileTemplate(format.replaceAll('\\t', '\t').replaceAll('\\n', '\n'), { name });
  } catch (error) {
    throw new ExitError(64, `template parsing error: ${(error as Error).message}`, { cause: error });
  }
  return object => template.execute(asTyped(object));
}
