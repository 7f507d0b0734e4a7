// HEALTHCHECK.

import { errorMessage, invalid } from '../../../lib/errors.ts';
import { quoteGo } from '../../../lib/template/quote.ts';
import { parseDuration } from '../../../lib/text/duration.ts';
import type { Statement } from '../source/statement.ts';
import type { HealthcheckInstruction, InstructionBase } from '../syntax.ts';
import { parseFlags } from './flag-values.ts';

const millisecond = 1_000_000;

/** HEALTHCHECK with its times in nanoseconds; throws `invalid`. */
export function parseHealthcheck(statement: Statement, base: InstructionBase): HealthcheckInstruction {
  const [word, ...command] = statement.words;
  if (word === undefined) throw invalid('HEALTHCHECK requires at least one argument');
  const type = word.toUpperCase();
  if (type === 'NONE') {
    if (command.length > 0) throw invalid('HEALTHCHECK NONE takes no arguments');
    return { kind: 'healthcheck', ...base, healthcheck: { Test: ['NONE'] } };
  }
  const flags = parseFlags(statement.flags, {
    interval: 'string',
    timeout: 'string',
    'start-period': 'string',
    'start-interval': 'string',
    retries: 'string',
  });
  if (type !== 'CMD') throw invalid(`Unknown type ${quoteGo(type)} in HEALTHCHECK (try CMD)`);
  if (command.length === 0) throw invalid('Missing command after HEALTHCHECK CMD');
  const healthcheck = {
    Test: [statement.json ? 'CMD' : 'CMD-SHELL', ...command],
    ...given('Interval', interval('interval', flags.interval)),
    ...given('Timeout', interval('timeout', flags.timeout)),
    ...given('StartPeriod', interval('start-period', flags['start-period'])),
    ...given('StartInterval', interval('start-interval', flags['start-interval'])),
    ...given('Retries', retries(flags.retries)),
  };
  return { kind: 'healthcheck', ...base, healthcheck };
}

/** Zero means "inherit" and is not written. */
const given = <K extends string>(key: K, value: number) =>
  (value === 0 ? {} : { [key]: value }) as { [key in K]?: number };

function interval(name: string, text: string | undefined): number {
  if (!text) return 0;
  let duration: number;
  try {
    duration = parseDuration(text);
  } catch (error) {
    throw invalid(errorMessage(error));
  }
  if (duration !== 0 && duration < millisecond) {
    throw invalid(`Interval ${quoteGo(name)} cannot be less than 1ms`);
  }
  return duration;
}

function retries(text: string | undefined): number {
  if (!text) return 0;
  const parsing = `strconv.ParseInt: parsing ${quoteGo(text)}`;
  if (!/^[+-]?\d+$/.test(text)) throw invalid(`${parsing}: invalid syntax`);
  const count = Number(text);
  if (count >= 2 ** 31 || count < -(2 ** 31)) throw invalid(`${parsing}: value out of range`);
  if (count < 0) throw invalid(`--retries cannot be negative (${count})`);
  return count;
}
