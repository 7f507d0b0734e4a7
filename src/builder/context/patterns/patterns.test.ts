// Which files of a context real BuildKit (Docker 28.5) sent under these `.dockerignore`s, recorded once.
import { describe, expect, test } from 'bun:test';
import { PatternMatcher } from '../../../lib/patterns/pattern-matcher.ts';
import { parseIgnoreFile } from './ignore-file.ts';
import { isIgnoredSource } from './ignored-source.ts';
import truth from './truth.json';

function kept(patterns: readonly string[]): string[] | string {
  try {
    const matcher = new PatternMatcher(parseIgnoreFile(`${patterns.join('\n')}\n`));
    return truth.files.filter(file => !matcher.matches(file)).sort();
  } catch (error) {
    return (error as Error).message;
  }
}

describe('an ignore file keeps what BuildKit keeps', () => {
  for (const { patterns, ...expected } of truth.cases as { patterns: string[]; kept?: string[]; error?: string }[]) {
    test(patterns.join(' | '), () => expect(kept(patterns)).toEqual(expected.error ?? expected.kept!));
  }
});

test('a directory is walked only where an exception may lie below it', () => {
  const matcher = new PatternMatcher(['vendor', '!vendor/keep/me', 'other']);
  expect(matcher.mayExceptBelow('vendor')).toBe(true);
  expect(matcher.mayExceptBelow('vendor/keep')).toBe(true);
  expect(matcher.mayExceptBelow('other')).toBe(false);
  expect(new PatternMatcher(['a', '!**/b']).mayExceptBelow('a')).toBe(true);
});

test('an ignore file has comments, a byte order mark and blanks', () => {
  expect(parseIgnoreFile('\ufeff# no\n\n  a \r\n! b/../c/\n/d\n')).toEqual(['a', '!c', 'd']);
});

test('a source is ignored only when nothing at it or below it comes back', () => {
  const ignored = (patterns: string[], source: string) => isIgnoredSource(new PatternMatcher(patterns), source);
  expect(ignored(['docs'], 'docs/x')).toBe(true);
  expect(ignored(['docs', '!docs/x'], 'docs')).toBe(false);
  expect(ignored(['docs', '!docs/x'], 'docs/y')).toBe(true);
  expect(ignored(['docs', '!*/x'], 'docs')).toBe(false);
  expect(ignored(['docs'], '.')).toBe(false);
  expect(ignored(['*'], '.')).toBe(true);
});
