import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chmodSync, lstatSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goFileMode, pathStatHeaders } from './path-stat.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-stat-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const stat = (path: string) => lstatSync(path, { bigint: true });

test('modes are counted as Go counts them', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  chmodSync(file, 0o6755);
  symlinkSync('file', join(folder, 'link'));
  chmodSync(folder, 0o1777);
  expect(goFileMode(stat(file))).toBe(2 ** 23 + 2 ** 22 + 0o755);
  expect(goFileMode(stat(join(folder, 'link')))).toBe(2 ** 27 + 0o777);
  expect(goFileMode(stat(folder))).toBe(2 ** 31 + 2 ** 20 + 0o777);
  expect(goFileMode(stat('/dev/null'))).toBe(2 ** 26 + 2 ** 21 + 0o666);
});

test('the header is JSON in base64', () => {
  const file = join(folder, 'timed');
  writeFileSync(file, 'four');
  chmodSync(file, 0o600);
  utimesSync(file, 1_000_000_000.5, 1_000_000_000.5);
  const headers = pathStatHeaders({ name: 'timed', stats: stat(file), linkTarget: '' });
  const text = Buffer.from(headers['X-Docker-Container-Path-Stat'] ?? '', 'base64').toString();
  expect(text).toBe('{"name":"timed","size":4,"mode":384,"mtime":"2001-09-09T01:46:40.5Z","linkTarget":""}');
});
