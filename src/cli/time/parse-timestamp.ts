// Times in `--since` and `--until`: an age, a date in one of several forms, or seconds since the epoch.

import { parseDuration } from '../../lib/text/duration.ts';

const forms = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2})(\.\d+)?)?)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** Seconds since the epoch as the API wants them: `1136073845.000000001`. Seconds stay as they are. Throws a plain Error for a text of no known form. */
export function parseTimestamp(text: string, now: number): string {
  // A duration, too, but of the epoch: `--since 0` is everything.
  if (text === '0') return text;
  try {
    return withNanoseconds(BigInt(now) * 1_000_000n - BigInt(Math.round(parseDuration(text))));
  } catch {
    // Not a duration.
  }
  const match = forms.exec(text);
  if (!match) {
    if (/^\d+(\.\d+)?$/.test(text)) return text;
    throw unknownForm(text);
  }
  const [, date, hour = '00', minute = '00', second = '00', fraction = '', zone = ''] = match;
  const milliseconds = Date.parse(`${date}T${hour}:${minute}:${second}${zone}`);
  if (Number.isNaN(milliseconds)) throw unknownForm(text);
  const nanoseconds = BigInt(fraction.slice(1).padEnd(9, '0').slice(0, 9) || 0);
  return withNanoseconds(BigInt(milliseconds) * 1_000_000n + nanoseconds);
}

const unknownForm = (text: string) => new Error(`failed to parse value as time or duration: ${JSON.stringify(text)}`);

function withNanoseconds(nanoseconds: bigint): string {
  const second = 1_000_000_000n;
  return `${nanoseconds / second}.${String(nanoseconds % second).padStart(9, '0')}`;
}
