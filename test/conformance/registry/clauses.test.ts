// docs/registry-conformance.md and the tests of this folder name the same clauses.
import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

test('every clause has its test, and every test its clause', () => {
  const document = readFileSync(join(import.meta.dir, '../../../docs/registry-conformance.md'), 'utf8');
  const clauses = [...document.matchAll(/^\| ([a-z]+-\d+) \|/gm)].map(match => match[1]);
  const files = readdirSync(import.meta.dir).filter(name => name.endsWith('.test.ts'));
  const sources = files.map(name => readFileSync(join(import.meta.dir, name), 'utf8'));
  const tests = sources.flatMap(source => [...source.matchAll(/^test\('([a-z]+-\d+): /gm)].map(match => match[1]));
  expect(clauses.length).toBeGreaterThan(120);
  expect(new Set(clauses).size).toBe(clauses.length);
  expect(tests.sort()).toEqual(clauses.sort());
});
