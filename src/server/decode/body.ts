// The JSON body of a request.

import type { JsonBody } from '../../api/endpoint.ts';
import { invalid } from '../../lib/errors.ts';
import type { BodyReader } from '../../lib/http/body-reader.ts';
import type { Headers } from '../../lib/http/head.ts';
import { describeJsonError } from '../../lib/text/go-json-error.ts';
import { bodyShape } from './body-shapes.ts';
import { checkShape } from './shape.ts';

// Docker reads a body of any length; nothing it understands comes near this.
const limit = 16 * 1024 * 1024;
// Go's decoder stops at 10,000; a stack of JavaScript holds less.
const maximumDepth = 1000;

/**
 * The document, in the shape of the operation's type; undefined for an empty body where that is allowed. As in Go,
 * null means an empty document. Throws `invalid` in Docker's words.
 */
export async function decodeJsonBody(
  operation: { name: string; body: JsonBody<unknown> },
  headers: Headers,
  body: BodyReader,
): Promise<unknown> {
  const contentType = headers['content-type'];
  const mayHaveBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (contentType !== undefined || mayHaveBody) checkContentType(contentType ?? '');
  const text = mayHaveBody ? (await body.buffer(limit)).toString('utf8') : '';
  if (text.trim() === '') {
    if (operation.body.optional) return undefined;
    throw invalid('invalid JSON: got EOF while reading request body');
  }
  const shape = bodyShape(operation.name) ?? 'any';
  return checkShape(shape, parseJson(text)) ?? (Array.isArray(shape) ? [] : {});
}

function parseJson(text: string): unknown {
  if (nestsTooDeep(text)) throw invalid('invalid JSON: exceeded max depth');
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = describeJsonError(text);
    throw invalid(message.startsWith('unexpected content') ? message : `invalid JSON: ${message}`, error);
  }
}

/** Whoever walks the document, here or later, does so by recursion. */
function nestsTooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length && text.length > maximumDepth; at++) {
    const mark = text[at];
    if (quoted && mark === '\\') at++;
    else if (mark === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (mark === '{' || mark === '[') depth++;
    else if (mark === '}' || mark === ']') depth--;
    if (depth > maximumDepth) return true;
  }
  return false;
}

function checkContentType(value: string): void {
  const type = value.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') return;
  if (type === '') throw invalid(`malformed Content-Type header (${value}): mime: no media type`);
  throw invalid(`unsupported Content-Type header (${value}): must be 'application/json'`);
}
