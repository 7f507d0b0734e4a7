import { afterEach, beforeEach, expect, test } from 'bun:test';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editClientConfig } from './edit-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

test('a configuration keeps what else is in it, its mode and its place', () => {
  const place = join(folder, 'elsewhere');
  mkdirSync(place);
  const real = join(place, 'config.json');
  writeFileSync(real, '{"detachKeys":"ctrl-a"}');
  chmodSync(real, 0o640);
  symlinkSync(real, join(folder, 'config.json'));
  editClientConfig(folder, 'currentContext', 'far');
  expect(read(real)).toEqual({ auths: {}, detachKeys: 'ctrl-a', currentContext: 'far' });
  expect(statSync(real).mode & 0o777).toBe(0o640);
  expect(lstatSync(join(folder, 'config.json')).isSymbolicLink()).toBe(true);
  editClientConfig(folder, 'currentContext', undefined);
  expect(read(real)).toEqual({ auths: {}, detachKeys: 'ctrl-a' });
  expect(readdirSync(place)).toEqual(['config.json']);
});

test('one that is empty, or not there, is begun; for the user alone', () => {
  const file = join(folder, 'config.json');
  editClientConfig(folder, 'currentContext', 'far');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(file, '');
  editClientConfig(folder, 'currentContext', 'near');
  expect(read(file)).toEqual({ auths: {}, currentContext: 'near' });
});

test('one that makes no sense is left alone', () => {
  const file = join(folder, 'config.json');
  writeFileSync(file, '[]');
  expect(() => editClientConfig(folder, 'currentContext', 'far')).toThrow(`Error parsing config file (${file})`);
  expect(readFileSync(file, 'utf8')).toBe('[]');
});
