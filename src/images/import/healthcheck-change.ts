// `HEALTHCHECK NONE` and `HEALTHCHECK [--interval=30s …] CMD …`.
import { invalid } from '../../lib/errors.ts';
import { ownEntry } from '../../lib/own-entry.ts';
import type { Healthcheck } from '../../oci/image-config.ts';

const durationFlags: Record<string, 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval'> = {
  interval: 'Interval',
  timeout: 'Timeout',
  'start-period': 'StartPeriod',
  'start-interval': 'StartInterval',
};
const nanoseconds: Record<string, number> = { h: 3600e9, m: 60e9, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 };
const smallest = 1e6;

/** `list` reads the JSON form of a command. Throws `invalid` with Docker's wording. */
export function parseHealthcheck(text: string, list: (text: string) => string[] | undefined): Healthcheck {
  const health: Healthcheck = {};
  let rest = text;
  for (let match = /^--([a-z-]+)(?:=(\S*))?\s*/.exec(rest); match; match = /^--([a-z-]+)(?:=(\S*))?\s*/.exec(rest)) {
    const [whole, flag = '', value = ''] = match;
    const key = ownEntry(durationFlags, flag);
    if (key) health[key] = parseDuration(flag, value);
    else if (flag === 'retries') health.Retries = parseRetries(value);
    else throw invalid(`unknown flag: --${flag}`);
    rest = rest.slice(whole.length);
  }
  const [, type = '', command = ''] = /^(\S+)\s*(.*)$/s.exec(rest) ?? [];
  if (type.toUpperCase() === 'NONE') {
    if (command !== '') throw invalid('HEALTHCHECK NONE takes no arguments');
    return { Test: ['NONE'] };
  }
  if (type.toUpperCase() !== 'CMD') throw invalid(`Unknown type "${type.toUpperCase()}" in HEALTHCHECK (try CMD)`);
  if (command === '') throw invalid('Missing command after HEALTHCHECK CMD');
  const words = list(command);
  return { ...health, Test: words ? ['CMD', ...words] : ['CMD-SHELL', command] };
}

/** Go's durations (`1m30s`, `1.5h`) in nanoseconds. */
function parseDuration(flag: string, text: string): number {
  if (text === '') return 0;
  if (/^\d+$/.test(text)) throw invalid(`time: missing unit in duration ${JSON.stringify(text)}`);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)];
  if (parts.map(([part]) => part).join('') !== text) throw invalid(`time: invalid duration ${JSON.stringify(text)}`);
  const total = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (nanoseconds[unit as string] as number),
    0,
  );
  if (total !== 0 && total < smallest) throw invalid(`Interval "${flag}" cannot be less than 1ms`);
  return total;
}

function parseRetries(text: string): number {
  if (text === '') return 0;
  if (!/^-?\d+$/.test(text)) throw invalid(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (Number(text) < 0) throw invalid(`--retries cannot be negative (${text})`);
  return Number(text);
}
