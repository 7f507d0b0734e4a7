// Signals by name and number, as Docker's clients write them.

import { constants } from 'node:os';
import { invalid } from './errors.ts';

/** `SIGTERM`, `term`, `15`, `RTMIN+3`; throws `invalid` with Docker's wording. */
export function parseSignal(text: string): number {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    if (number >= 1 && number <= 64) return number;
    throw invalid(`invalid signal: ${text}`);
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  const known = constants.signals[`SIG${name}` as keyof typeof constants.signals];
  if (known !== undefined) return known;
  const realtime = /^RT(MIN|MAX)([+-]\d+)?$/.exec(name);
  const number = realtime ? (realtime[1] === 'MIN' ? 34 : 64) + Number(realtime[2] ?? 0) : 0;
  if (number >= 34 && number <= 64) return number;
  throw invalid(`invalid signal: ${text}`);
}
