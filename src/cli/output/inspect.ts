// What `inspect` prints: JSON of everything, or a template applied to each.

import { compileTemplate, type Template } from '../../lib/template/template.ts';
import { type Context, describeFailure } from '../context.ts';
import { ExitError } from '../failure.ts';
import { asMaps, asTyped } from './go-values.ts';

/** Finds one object; undefined is never returned, what is not there is an error. */
type Find = (name: string) => Promise<unknown>;

/**
 * Prints the objects called `names`. Those that fail are reported after the others, with exit code 1.
 * `format` is '' or `json` for JSON, or a template.
 */
export async function inspectAll(
  context: Context,
  names: readonly string[],
  format: string,
  find: Find,
): Promise<number> {
  const template = format === '' || format === 'json' ? undefined : compile(format);
  const objects: unknown[] = [];
  const lines: string[] = [];
  const failures: string[] = [];
  for (const name of names) {
    try {
      const object = await find(name);
      if (template) lines.push(executeFor(template, format, object));
      else objects.push(object);
    } catch (error) {
      failures.push(describeFailure(error));
    }
  }
  if (template) await context.print(lines.length > 0 ? `${lines.join('\n')}\n` : '\n');
  else
    await context.print(format === 'json' ? `${JSON.stringify(objects)}\n` : `${JSON.stringify(objects, null, 4)}\n`);
  if (failures.length > 0) throw new ExitError(1, failures.join('\n'));
  return 0;
}

function compile(format: string): Template {
  try {
    return compileTemplate(format);
  } catch (error) {
    throw new ExitError(64, `template parsing error: ${(error as Error).message}`, { cause: error });
  }
}

/** As Docker does: first on the typed object, then on the bare JSON, whose complaint is the one shown. */
function executeFor(template: Template, format: string, object: unknown): string {
  try {
    return template.execute(asTyped(object));
  } catch {
    try {
      return compileTemplate(format, { missingKeyIsError: true }).execute(asMaps(object));
    } catch (error) {
      throw new Error(`template parsing error: ${(error as Error).message}`, { cause: error });
    }
  }
}
