// Statements of a generator that may be anything.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStatements } from './read-statements.ts';
import { sbomType } from './sbom.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-statements-'));
  mkdirSync(join(root, 'out'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (name: string, statement: unknown) =>
  writeFileSync(join(root, 'out', name), typeof statement === 'string' ? statement : JSON.stringify(statement));
const read = () => readStatements(root, '/out');

test('the list of the result comes first, with the subjects that make sense', () => {
  const subject = [{ name: 'a', digest: { sha256: '0' } }, { name: 1 }, null];
  write('sbom-extra.spdx.json', { predicateType: sbomType, predicate: { n: 2 }, subject });
  write('sbom.spdx.json', { predicateType: sbomType, predicate: { n: 1 }, subject: [] });
  expect(read()).toEqual([
    { predicateType: sbomType, predicate: { n: 1 }, file: 'sbom.spdx.json' },
    {
      predicateType: sbomType,
      predicate: { n: 2 },
      file: 'sbom-extra.spdx.json',
      subject: [{ name: 'a', digest: { sha256: '0' } }],
    },
  ]);
});

test('no statement, no list and no file are refused', () => {
  for (const text of ['', '[1]', 'null', '{']) {
    write('x', text);
    expect(read).toThrow('cannot decode in-toto statement: x is no JSON object');
  }
  write('x', { predicateType: 'https://slsa.dev/provenance/v1' });
  expect(read).toThrow('bundle entry https://slsa.dev/provenance/v1 does not match required predicate type');
  rmSync(join(root, 'out', 'x'));
  mkdirSync(join(root, 'out', 'x'));
  expect(read).toThrow('x is no file');
});

test('links lead nowhere else', () => {
  symlinkSync('/../../../etc/hostname', join(root, 'out', 'x'));
  expect(read).toThrow('x is no file');
  rmSync(join(root, 'out'), { recursive: true });
  symlinkSync('/', join(root, 'out'));
  expect(read).toThrow();
  rmSync(join(root, 'out'));
  expect(read).toThrow('something else than a directory');
});
