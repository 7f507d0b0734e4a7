// What is told of files on disk, with and without the detour by an archive's entries.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { factsOf } from '../../../lib/files/file-facts.ts';
import { describeNode } from '../../../lib/tar/tree/describe-node.ts';
import { entryOfStat, isDirectory, statOfEntry, statOfFile } from './file-stat.ts';

let root = '';
let server: Server;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'berth-stat-'));
  mkdirSync(join(root, 'directory'));
  chmodSync(join(root, 'directory'), 0o1777);
  writeFileSync(join(root, 'file'), 'content');
  writeFileSync(join(root, 'program'), '');
  chmodSync(join(root, 'program'), 0o6755);
  utimesSync(join(root, 'program'), -1.5, -1.5);
  symlinkSync('file', join(root, 'link'));
  server = createServer();
  await new Promise<void>(resolve => server.listen(join(root, 'socket'), resolve));
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

function told(name: string) {
  const path = join(root, name);
  const stats = lstatSync(path, { bigint: true });
  const stat = statOfFile(name, factsOf(stats), () => readlinkSync(path));
  const entry = describeNode({ path, name, stats }, undefined);
  return { stat, entry: entry && { ...entry, name, uid: 0, gid: 0 } };
}

test.each(['directory', 'file', 'program', 'link'])('a %s is told as its entry in an archive would be', name => {
  const { stat, entry } = told(name);
  if (!stat || !entry) throw new Error('not told of');
  expect(entryOfStat(stat)).toEqual(entryOfStat(statOfEntry(entry)));
  expect(entryOfStat(stat)).toMatchObject({ ...entry, xattrs: undefined });
  expect(isDirectory(stat)).toBe(name === 'directory');
});

test('a device is told with its numbers, a socket not at all', () => {
  const stats = lstatSync('/dev/null', { bigint: true });
  expect(statOfFile('null', factsOf(stats), () => '')).toMatchObject({ devmajor: 1, devminor: 3 });
  expect(told('socket').stat).toBeUndefined();
});
