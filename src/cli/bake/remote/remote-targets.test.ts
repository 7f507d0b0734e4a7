import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BakeTarget, emptyBakeFile } from '../files/bake-file.ts';
import { resolveTargets } from '../resolve-targets.ts';
import { addressOf, placeTargets, tellApart } from './remote-targets.ts';

const address = 'https://h/r.git#main:part';
let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'berth-remote-bake-'));
  writeFileSync(join(directory, 'D'), 'FROM scratch\n');
});
afterAll(() => rmSync(directory, { recursive: true }));

function placed(target: BakeTarget): BakeTarget | undefined {
  const file = tellApart({ ...emptyBakeFile, targets: { default: target, base: {} } }, directory);
  return placeTargets(resolveTargets(file, []), address, directory).targets.get('default');
}

test('a directory of a repository has an address, and none is above it', () => {
  expect(addressOf('https://h/r.git', '.')).toBe('https://h/r.git');
  expect(addressOf('https://h/r.git', 'a/./b')).toBe('https://h/r.git#:a/b');
  expect(addressOf('git@h:r#v1', '../a')).toBe('git@h:r#v1:a');
  expect(addressOf(address, 'sub/')).toBe('https://h/r.git#main:part/sub/');
  expect(addressOf('https://h/r.git?branch=b&subdir=x', 'y')).toBe('https://h/r.git?branch=b&subdir=x%2Fy');
});

test('paths of a target are places in the repository, but for those of the working directory', () => {
  expect(placed({})).toMatchObject({ context: address });
  expect(placed({ context: 'sub' })).toMatchObject({ context: `${address}/sub` });
  expect(placed({ context: '/sub' })).toMatchObject({ context: `${address}/sub` });
  expect(placed({ context: 'cwd://sub' })).toMatchObject({ context: join(directory, 'sub') });
  const contexts = { a: 'x', b: 'cwd://', c: 'target:base', d: 'docker-image://i', e: 'https://h/f', f: 'git@h:r' };
  expect(placed({ contexts })?.contexts).toEqual({ ...contexts, a: `${address}/x`, b: directory });
});

test('a Dockerfile of the working directory goes with the target', () => {
  expect(placed({ dockerfile: 'sub/D' })?.['dockerfile-inline']).toBeUndefined();
  expect(placed({ dockerfile: 'cwd://D' })?.['dockerfile-inline']).toBe('FROM scratch\n');
  expect(() => placed({ dockerfile: 'cwd://none' })).toThrow('open none: no such file or directory');
});
