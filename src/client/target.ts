// The request line of an operation: its path and query, encoded.

import type { Endpoint } from '../api/endpoint.ts';
import { invalid, notFound } from '../lib/errors.ts';

/** Path parameters and query of a call, before their types are checked away. */
export interface TargetParameters {
  path?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, unknown>>;
}

/** Things that have names or ids, by the first part of their paths. */
const kinds: Readonly<Record<string, string>> = {
  containers: 'container',
  exec: 'exec',
  networks: 'network',
  plugins: 'plugin',
  volumes: 'volume',
};

/**
 * `/v1.51/images/debian:12/json?…`; a parameter that is undefined is left out. Throws `invalid` for an empty name or id:
 * the path would be that of another operation.
 */
export function formatTarget(endpoint: Endpoint, parameters: TargetParameters, version: string): string {
  const path = endpoint.path.replace(/\{(\w+)(\*?)\}/g, (_match, name: string, greedy: string) => {
    const value = parameters.path?.[name] ?? '';
    // As Docker's client joins paths: slashes too many do not count.
    const segments = greedy ? value.split('/').filter(Boolean) : [value];
    const path = segments.map(encodeSegment).join('/');
    if (path === '') throw emptyName(endpoint.path);
    return path;
  });
  const query = formatQuery(endpoint, parameters.query ?? {});
  return `/v${version}${path}${query && `?${query}`}`;
}

/** In the words of Docker's client. */
function emptyName(path: string): Error {
  const [, first = ''] = path.split('/');
  const kind = kinds[first];
  return kind === undefined
    ? notFound('Error: No such image: ')
    : invalid(`invalid ${kind} name or ID: value is empty`);
}

function formatQuery(endpoint: Endpoint, query: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  for (const key in query) {
    const value = query[key];
    const codec = endpoint.query[key];
    if (value === undefined || codec === undefined) continue;
    for (const text of codec.encode(value)) parts.push(`${encodeURIComponent(key)}=${encodeURIComponent(text)}`);
  }
  return parts.join('&');
}

// A colon or an @ is harmless in a path, and readable in a log.
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll('%3A', ':').replaceAll('%40', '@');
}
