// `.dockerignore`.
import { posix } from 'node:path';

/**
 * The patterns of an ignore file: one a line, `#` in the first column a comment, cleaned, a leading slash dropped.
 * Malformed patterns are found when they are compiled.
 */
export function parseIgnoreFile(content: Uint8Array | string): string[] {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .flatMap(parseLine);
}

function parseLine(line: string): string[] {
  if (line.startsWith('#')) return [];
  const trimmed = line.trim();
  if (trimmed === '') return [];
  const exception = trimmed.startsWith('!');
  const pattern = exception ? trimmed.slice(1).trim() : trimmed;
  return [(exception ? '!' : '') + clean(pattern)];
}

function clean(pattern: string): string {
  if (pattern === '') return '';
  const path = posix.normalize(pattern).replace(/(.)\/$/, '$1');
  return path.length > 1 && path.startsWith('/') ? path.slice(1) : path;
}
