// The query string of a request, decoded by the codecs its operation declares.

import type { QuerySpec } from '../../api/endpoint.ts';
import { invalid } from '../../lib/errors.ts';

/** Undeclared parameters are ignored, as Docker does. Throws `invalid` where a codec does. */
export function decodeQuery(spec: QuerySpec, query: string): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  if (query === '') return decoded;
  const given = parseQuery(query);
  for (const key in spec) {
    const values = given.get(key);
    const codec = spec[key];
    if (values === undefined || codec === undefined) continue;
    const value = codec.decode(values, key);
    if (value !== undefined) decoded[key] = value;
  }
  return decoded;
}

function parseQuery(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const key = unescapeQuery(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? '' : unescapeQuery(part.slice(equals + 1));
    const before = values.get(key);
    if (before) before.push(value);
    else values.set(key, [value]);
  }
  return values;
}

function unescapeQuery(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    const broken = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(text)?.[0] ?? text;
    throw invalid(`invalid URL escape ${JSON.stringify(broken)}`);
  }
}
