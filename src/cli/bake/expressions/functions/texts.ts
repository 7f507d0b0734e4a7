// Functions on texts.
import { createHash, randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { parseCsvLine } from '../../../../lib/text/csv-line.ts';
import { byBytes, jsonOf, type Value } from '../value.ts';
import { format, formatLists } from './format.ts';
import { matchAll, matchOne, replaceAll } from './patterns.ts';
import { define } from './signature.ts';

const hash = (algorithm: string) => define('str: text', str => createHash(algorithm).update(str).digest('hex'));

export const texts = {
  upper: define('str: text', str => str.toUpperCase()),
  lower: define('str: text', str => str.toLowerCase()),
  title: define('str: text', str => str.replace(/(^|[^\p{L}\p{N}_'])\p{L}/gu, letter => letter.toUpperCase())),
  trim: define('str: text, cutset: text', (str, cutset) => trimStart(trimEnd(str, cutset), cutset)),
  trimspace: define('str: text', str => str.trim()),
  trimprefix: define('str: text, prefix: text', (str, prefix) =>
    str.startsWith(prefix) ? str.slice(prefix.length) : str,
  ),
  trimsuffix: define('str: text, suffix: text', (str, suffix) =>
    str.endsWith(suffix) ? str.slice(0, str.length - suffix.length) : str,
  ),
  chomp: define('str: text', str => str.replace(/[\r\n]+$/, '')),
  replace: define('str: text, substr: text, replace: text', (str, from, to) => str.replaceAll(from, () => to)),
  regex: define('pattern: text, string: text', matchOne),
  regexall: define('pattern: text, string: text', matchAll),
  regex_replace: define('str: text, pattern: text, replace: text', replaceAll),
  substr: define('str: text, offset: whole, length: whole', cut),
  split: define('separator: text, str: text', (separator, str) => split(separator, str)),
  join: define('separator: text, ...lists: texts', (separator, ...lists) => lists.flat().join(separator)),
  sort: define('list: texts', list => [...list].sort(byBytes)),
  format: define('format: text, ...args: anything', (pattern, ...args) => format(pattern, args)),
  formatlist: define('format: text, ...args: anything', (pattern, ...args) => formatLists(pattern, args)),
  strlen: define('str: text', str => letters(str).length),
  indent: define('spaces: whole, str: text', (spaces, str) => str.replaceAll('\n', `\n${' '.repeat(spaces)}`)),
  sanitize: define('name: text', name => name.replace(/[^a-zA-Z0-9_-]/gu, '_')),
  basename: define('path: text', path => posix.basename(path) || (path === '' ? '.' : '/')),
  dirname: define('path: text', path => posix.normalize(posix.dirname(path))),
  base64encode: define('str: text', str => Buffer.from(str).toString('base64')),
  base64decode: define('str: text', decodeBase64),
  urlencode: define('str: text', encodeQuery),
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
  bcrypt: define('str: text, ...cost: whole', (str, cost) =>
    Bun.password.hashSync(str, { algorithm: 'bcrypt', cost: cost ?? 10 }),
  ),
  uuidv4: define('', () => randomUUID()),
  uuidv5: define('namespace: text, name: text', nameUuid),
  jsonencode: define('val: anything', jsonOf),
  jsondecode: define('str: text', str => parseJson(str)),
  csvdecode: define('str: text', decodeCsv),
};

const trimStart = (text: string, cutset: string) => text.slice(countWhile(letters(text), cutset));

function trimEnd(text: string, cutset: string): string {
  return text.slice(0, text.length - countWhile(letters(text).reverse(), cutset));
}

/** UTF-16 units of the first letters that are in `cutset`. */
function countWhile(text: readonly string[], cutset: string): number {
  const end = text.findIndex(letter => !cutset.includes(letter));
  return (end < 0 ? text : text.slice(0, end)).join('').length;
}

/** What a reader takes for single characters. */
function letters(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}

function split(separator: string, text: string): string[] {
  return text === '' && separator === '' ? [] : text.split(separator);
}

/** A negative start counts from the end, a negative length goes to it. */
function cut(text: string, offset: number, length: number): string {
  const all = letters(text);
  const start = offset < 0 ? Math.max(0, all.length + offset) : offset;
  return all.slice(start, length < 0 ? undefined : start + length).join('');
}

function decodeBase64(text: string): string {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw new Error('failed to decode base64 data');
  }
  return Buffer.from(text, 'base64').toString();
}

/** As in a query. */
function encodeQuery(text: string): string {
  const encoded = encodeURIComponent(text).replaceAll('%20', '+');
  return encoded.replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** RFC 4122's namespaces by the names buildx has for them. */
const namespaces: Readonly<Record<string, string>> = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
};

function nameUuid(namespace: string, name: string): string {
  const id = Object.hasOwn(namespaces, namespace) ? (namespaces[namespace] as string) : namespace;
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    throw new Error(`uuidv5() doesn't support namespace ${namespace}`);
  }
  const bytes = createHash('sha1')
    .update(Buffer.from(id.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function parseJson(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    throw new Error('invalid JSON', { cause: error });
  }
}

/** Lines by the names in the first one. */
function decodeCsv(text: string): Value {
  const [heads, ...rows] = text
    .split(/\r?\n/)
    .filter(line => line !== '')
    .map(parseCsvLine);
  if (!heads) throw new Error('missing header line');
  return rows.map(row => {
    if (row.length !== heads.length) throw new Error('wrong number of fields');
    return Object.fromEntries(heads.map((head, at) => [head, row[at] as string]));
  });
}
