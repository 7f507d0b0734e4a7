import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ifThere, namesIfThere, readIfThere } from './if-there.ts';

const folder = mkdtempSync(join(tmpdir(), 'if-there-'));
const file = join(folder, 'file');
writeFileSync(file, 'text');
afterAll(() => rmSync(folder, { recursive: true }));

test('what is there is read', () => {
  expect(readIfThere(file)).toBe('text');
  expect(namesIfThere(folder)).toEqual(['file']);
});

test('what is not there is nothing', () => {
  expect(readIfThere(join(folder, 'other'))).toBeUndefined();
  expect(namesIfThere(join(folder, 'other'))).toEqual([]);
});

test('what else goes wrong is thrown', () => {
  expect(() => readIfThere(folder)).toThrow('EISDIR');
  expect(() => namesIfThere(file)).toThrow('ENOTDIR');
  expect(() =>
    ifThere(() => {
      throw new Error('other');
    }),
  ).toThrow('other');
});
