// The head of an HTTP/1.1 message: request line or status line, and the header fields.

import { ProtocolError } from './protocol-error.ts';

/** Names in lower case; repeated fields are joined by ', '. Has no prototype. */
export type Headers = Readonly<Record<string, string>>;

/** Header fields to be sent: an array is one field for each of its values. */
export type SentHeaders = Readonly<Record<string, string | readonly string[]>>;

export interface RequestHead {
  method: string;
  /** Path and query. */
  target: string;
  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  minor: number;
  headers: Headers;
}

export interface ResponseHead {
  status: number;
  minor: number;
  headers: Headers;
}

const maximumHeadLength = 64 * 1024;
const maximumFields = 256;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const requestLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([^\s\x00-\x1f\x7f]+) HTTP\/1\.([01])$/;
const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: [^\x00-\x08\x0a-\x1f\x7f]*)?$/;
const badValue = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Where the head at the start of `buffer` ends (after the blank line), or -1. Throws ProtocolError when too long. */
export function findHeadEnd(buffer: Buffer, from: number): number {
  const end = buffer.indexOf('\r\n\r\n', Math.max(0, from - 3), 'latin1');
  if (end >= 0 ? end > maximumHeadLength : buffer.length > maximumHeadLength) {
    throw new ProtocolError(431, 'request header fields too large');
  }
  // A bare line feed would otherwise wait for ever for its carriage return.
  if (end < 0) {
    for (let at = buffer.indexOf(10, from); at >= 0; at = buffer.indexOf(10, at + 1)) {
      if (buffer[at - 1] !== 13) throw new ProtocolError(400, 'malformed line ending');
    }
  }
  return end < 0 ? -1 : end + 4;
}

/** Parses a request head (without the blank line). Throws ProtocolError. */
export function parseRequestHead(head: string): RequestHead {
  const lines = head.split('\r\n');
  const match = requestLine.exec(lines[0] ?? '');
  if (!match) {
    const unsupported = / HTTP\/(?!1\.[01]$)\d/.test(lines[0] ?? '');
    throw new ProtocolError(
      unsupported ? 505 : 400,
      unsupported ? 'unsupported protocol version' : 'malformed request',
    );
  }
  const headers = parseFields(lines);
  const minor = Number(match[3]);
  if (minor === 1 && headers.host === undefined) throw new ProtocolError(400, 'missing required Host header');
  return { method: match[1] ?? '', target: pathOf(match[2] ?? ''), minor, headers };
}

/** Of a target as proxies get it, which every server has to take (RFC 9112, 3.2.2), too. */
function pathOf(target: string): string {
  if (!/^https?:\/\//i.test(target)) return target;
  const path = target.replace(/^https?:\/\/[^/?]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}

/** Parses a response head (without the blank line). Throws ProtocolError. */
export function parseResponseHead(head: string): ResponseHead {
  const lines = head.split('\r\n');
  const match = statusLine.exec(lines[0] ?? '');
  if (!match) throw new ProtocolError(502, 'malformed response');
  return { status: Number(match[2]), minor: Number(match[1]), headers: parseFields(lines) };
}

/** How the body after a head is delimited. Throws ProtocolError where that is ambiguous or unknown. */
export function bodyFraming(
  headers: Headers,
): { kind: 'none' } | { kind: 'chunked' } | { kind: 'fixed'; length: number } {
  const encoding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (encoding !== undefined) {
    // Both together is how requests are smuggled past a proxy.
    if (length !== undefined) throw new ProtocolError(400, 'both Content-Length and Transfer-Encoding');
    if (encoding.trim().toLowerCase() !== 'chunked') throw new ProtocolError(501, 'unsupported transfer encoding');
    return { kind: 'chunked' };
  }
  if (length === undefined) return { kind: 'none' };
  const lengths = new Set(length.split(',').map(part => part.trim()));
  const [only] = lengths;
  if (lengths.size !== 1 || only === undefined || !/^\d{1,15}$/.test(only)) {
    throw new ProtocolError(400, 'bad Content-Length');
  }
  return { kind: 'fixed', length: Number(only) };
}

/** Whether a list header such as Connection names `option`. */
export function hasOption(value: string | undefined, option: string): boolean {
  if (value === undefined) return false;
  return (
    value.toLowerCase() === option ||
    value
      .toLowerCase()
      .split(/\s*,\s*/)
      .includes(option)
  );
}

/** Header lines, each with its line end. Line breaks in a value become spaces. */
export function formatFields(headers: SentHeaders): string {
  let text = '';
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (typeof value === 'string') text += `${name}: ${cleanValue(value)}\r\n`;
    else for (const one of value) text += `${name}: ${cleanValue(one)}\r\n`;
  }
  return text;
}

function cleanValue(value: string): string {
  return badValue.test(value) ? value.replace(/[\x00-\x1f\x7f]+/g, ' ') : value;
}

function parseFields(lines: string[]): Headers {
  if (lines.length > maximumFields) throw new ProtocolError(431, 'too many header fields');
  const headers: Record<string, string> = Object.create(null);
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (colon < 1 || !token.test(name)) throw new ProtocolError(400, 'malformed header field');
    const value = line.slice(colon + 1).trim();
    if (badValue.test(value)) throw new ProtocolError(400, 'invalid header field value');
    const key = name.toLowerCase();
    const before = headers[key];
    if (before !== undefined && key === 'host') throw new ProtocolError(400, 'too many Host headers');
    headers[key] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}
