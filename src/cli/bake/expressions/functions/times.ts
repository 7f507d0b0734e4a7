// Functions on points in time, which are texts of RFC 3339.
import { parseDuration } from '../../../../lib/text/duration.ts';
import { define } from './signature.ts';

export const times = {
  timestamp: define('', () => withoutFraction(new Date())),
  timeadd: define('timestamp: text, duration: text', (timestamp, duration) =>
    withoutFraction(new Date(parseTime(timestamp).getTime() + parseDuration(duration) / 1e6)),
  ),
  formatdate: define('format: text, time: text', formatDate),
};

const withoutFraction = (date: Date) => `${date.toISOString().slice(0, 19)}Z`;

function parseTime(text: string): Date {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const date = new Date(text);
  if (isTime && !Number.isNaN(date.getTime())) return date;
  throw new Error(`not a valid RFC3339 timestamp: ${JSON.stringify(text)}`);
}

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `YYYY-MM-DD hh:mm:ss ZZZZ` and the like; texts in single quotes stand for themselves. */
function formatDate(format: string, timestamp: string): string {
  parseTime(timestamp);
  const [, zone = 'Z'] = /(Z|[+-]\d\d:\d\d)$/.exec(timestamp) ?? [];
  // The wall's time there, read as if it were UTC's.
  const wall = new Date(`${timestamp.slice(0, 19)}Z`);
  return format.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*/g, (whole, quoted?: string) =>
    quoted === undefined ? part(whole, wall, zone) : quoted.replaceAll("''", "'"),
  );
}

function part(verb: string, wall: Date, zone: string): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const hour = wall.getUTCHours();
  const twelve = hour % 12 || 12;
  const half = hour < 12 ? 'am' : 'pm';
  const known: Readonly<Record<string, string | number>> = {
    YYYY: wall.getUTCFullYear(),
    YY: two(wall.getUTCFullYear() % 100),
    MMMM: months[wall.getUTCMonth()] ?? '',
    MMM: (months[wall.getUTCMonth()] ?? '').slice(0, 3),
    MM: two(wall.getUTCMonth() + 1),
    M: wall.getUTCMonth() + 1,
    DD: two(wall.getUTCDate()),
    D: wall.getUTCDate(),
    EEEE: days[wall.getUTCDay()] ?? '',
    EEE: (days[wall.getUTCDay()] ?? '').slice(0, 3),
    hh: two(hour),
    h: hour,
    HH: two(twelve),
    H: twelve,
    AA: half.toUpperCase(),
    aa: half,
    mm: two(wall.getUTCMinutes()),
    m: wall.getUTCMinutes(),
    ss: two(wall.getUTCSeconds()),
    s: wall.getUTCSeconds(),
    ZZZZZ: zone === 'Z' ? '+00:00' : zone,
    ZZZZ: zone === 'Z' ? '+0000' : zone.replace(':', ''),
    ZZZ: zone === 'Z' ? 'UTC' : zone.replace(':', ''),
    Z: zone,
  };
  if (Object.hasOwn(known, verb)) return String(known[verb]);
  throw new Error(`invalid date format verb ${JSON.stringify(verb)}`);
}
