import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BakeTarget } from '../files/bake-file.ts';
import { checkReach } from './check-reach.ts';

let root = '';
let directory = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-reach-'));
  directory = join(root, 'here');
  mkdirSync(directory);
  symlinkSync('..', join(directory, 'out'));
});
afterAll(() => rmSync(root, { recursive: true }));

const check =
  (target: BakeTarget, allowed: readonly string[] = []) =>
  () =>
    checkReach({ targets: new Map([['a', target]]), groups: new Map() }, { directory, allowed });

test('a file from elsewhere may have what is in the working directory', () => {
  const target: BakeTarget = {
    ...{ context: 'https://h/r.git', contexts: { a: join(directory, 'new/a'), b: 'oci-layout://l@sha256:a' } },
    ...{ secret: ['id=s,src=s', 'id=t,env=T'], output: ['type=local,dest=o', 'type=image', 'type=tar,dest=-'] },
    ...{ 'cache-from': ['type=local,src=c', 'user/app'], dockerfile: 'cwd://D' },
  };
  expect(check(target)).not.toThrow();
  for (const dockerfile of ['../D', '/D']) expect(check({ ...target, dockerfile })).not.toThrow();
  expect(
    check({ context: 'in', contexts: { a: 'target:b', c: 'docker-image://d' }, dockerfile: '../D' }),
  ).not.toThrow();
});

test('and nothing else, unless its user says so', () => {
  const cases: [BakeTarget, string][] = [
    [{ context: '/etc' }, 'fs.read=/etc'],
    [{ contexts: { x: join(directory, 'out', 'y') } }, `fs.read=${join(directory, 'out', 'y')}`],
    [{ contexts: { x: 'oci-layout:///l@sha256:a' } }, 'fs.read=/l'],
    [{ context: '..' }, `fs.read=${root}`],
    [{ context: 'cwd://../c' }, `fs.read=${join(root, 'c')}`],
    [{ contexts: { x: 'out/x' } }, `fs.read=${join(directory, 'out', 'x')}`],
    [{ dockerfile: '../D' }, `fs.read=${join(root, 'D')}`],
    [{ context: 'in', dockerfile: '../../D' }, `fs.read=${join(root, 'D')}`],
    [{ dockerfile: '/D' }, 'fs.read=/D'],
    [{ dockerfile: 'cwd://../D' }, `fs.read=${join(root, 'D')}`],
    [{ secret: ['id=s,src=/s'] }, 'fs.read=/s'],
    [{ 'cache-from': ['type=local,src=/c'] }, 'fs.read=/c'],
    [{ output: ['/o'] }, 'fs.write=/o'],
    [{ 'cache-to': ['type=local,dest=/c'] }, 'fs.write=/c'],
    [{ ssh: ['default'] }, 'ssh'],
    [{ entitlements: ['network.host'] }, 'network.host'],
  ];
  for (const [target, wanted] of cases) {
    expect(check(target)).toThrow(`"--allow=${wanted}"`);
    expect(check(target, ['fs.read=/elsewhere'])).toThrow('additional privileges requested');
    expect(check(target, [`x,${wanted}`])).not.toThrow();
    expect(check(target, ['fs=*', 'ssh', 'network.host'])).not.toThrow();
  }
  expect(check({ output: ['/o'] }, ['fs.read=/o'])).toThrow('fs.write');
  expect(check({ output: ['/o'] }, ['fs=/'])).not.toThrow();
});
