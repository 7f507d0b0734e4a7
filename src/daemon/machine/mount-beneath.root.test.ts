// What is mounted from below a directory that changes at the worst moment.

import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKernel } from '../../kernel/index.ts';
import { mountBeneath } from './mount-beneath.ts';

const kernel = createKernel();
let folder: string;
let root: string;
let place: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-beneath-'));
  root = join(folder, 'volume');
  place = join(folder, 'places/one');
  mkdirSync(join(root, 'a'), { recursive: true });
  writeFileSync(join(root, 'a/inside'), '');
  mkdirSync(join(folder, 'secret'));
  writeFileSync(join(folder, 'secret/outside'), '');
});
afterAll(() => kernel.close());
afterEach(() => {
  while (kernel.mounts.unmount(place, { lazy: true }));
  rmSync(folder, { recursive: true });
});

test('a directory that gives way to a link once it was looked at is shown all the same', () => {
  const openBeneath = (base: string, path: string) => {
    const descriptor = kernel.files.openBeneath(base, path);
    renameSync(join(root, 'a'), join(root, 'moved'));
    symlinkSync('../secret', join(root, 'a'));
    return descriptor;
  };
  const files = new Proxy(kernel.files, {
    get: (target, key) => (key === 'openBeneath' ? openBeneath : Reflect.get(target, key)),
  });
  mountBeneath({ files, mounts: kernel.mounts }, { root, path: 'a', place });
  expect(readdirSync(place)).toEqual(['inside']);
  writeFileSync(join(place, 'new'), '');
  expect(readdirSync(join(root, 'moved')).sort()).toEqual(['inside', 'new']);
});

test('a file has a file for its place, and what was mounted there before gives way', () => {
  mountBeneath(kernel, { root, path: 'a', place });
  const file = join(folder, 'places/two');
  mountBeneath(kernel, { root, path: 'a/inside', place: file });
  mountBeneath(kernel, { root, path: '.', place });
  expect(readdirSync(place)).toEqual(['a']);
  while (kernel.mounts.unmount(file, { lazy: true }));
});

test('a place that nothing could be mounted at is not left, of whatever kind it was before', () => {
  mountBeneath(kernel, { root, path: 'a', place });
  const bind = () => {
    throw new Error('refused');
  };
  const mounts = new Proxy(kernel.mounts, {
    get: (target, key) => (key === 'bind' ? bind : Reflect.get(target, key).bind(target)),
  });
  expect(() => mountBeneath({ files: kernel.files, mounts }, { root, path: 'a/inside', place })).toThrow('refused');
  expect(existsSync(place)).toBe(false);
});
