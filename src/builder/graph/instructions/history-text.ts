// How the history of an image words its instructions: as BuildKit's frontend does.

import { quoteGo } from '../../../lib/template/quote.ts';
import { formatDuration } from '../../../lib/text/duration.ts';
import type { Healthcheck } from '../../../oci/image-config.ts';
import type { AddInstruction, CopyInstruction } from '../../dockerfile/syntax.ts';

/** Go's `%q` of a list. */
export const quotedList = (words: readonly string[]) => `[${words.map(quoteGo).join(' ')}]`;

/** `RUN |1 a=b /bin/sh -c make # buildkit` */
export function runText(args: readonly string[], declaredArgs: readonly string[]): string {
  const declared = declaredArgs.length > 0 ? [`|${declaredArgs.length}`, ...declaredArgs] : [];
  return `RUN ${[...declared, ...args].join(' ')} # buildkit`;
}

/** `COPY --chown=1:2 d /dd/ # buildkit` */
export function copyText(instruction: CopyInstruction | AddInstruction): string {
  const { kind, chown, chmod, parents, sources, inlineFiles, destination } = instruction;
  const words = [
    kind === 'add' ? 'ADD' : 'COPY',
    ...(chown ? [`--chown=${chown}`] : []),
    ...(chmod ? [`--chmod=${chmod}`] : []),
    ...(parents ? ['--parents'] : []),
    ...sources,
    ...inlineFiles.map(({ name }) => `<<${name}`),
    destination,
  ];
  return `${words.join(' ')} # buildkit`;
}

/** Go's `%q` of BuildKit's health check. */
export function healthcheckText(check: Healthcheck): string {
  const durations = [check.Interval, check.Timeout, check.StartPeriod, check.StartInterval];
  const shown = durations.map(value => quoteGo(formatDuration(value ?? 0)));
  return `HEALTHCHECK &{${[quotedList(check.Test ?? []), ...shown, quotedRune(check.Retries ?? 0)].join(' ')}}`;
}

/** Go prints a number with `%q` as a character. */
function quotedRune(value: number): string {
  if (value >= 0x20 && value < 0x7f)
    return value === 0x27 || value === 0x5c ? `'\\${String.fromCharCode(value)}'` : `'${String.fromCharCode(value)}'`;
  const named: Record<number, string> = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' };
  return `'${named[value] ?? `\\x${value.toString(16).padStart(2, '0')}`}'`;
}
