// Users and groups by the image's own files.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeKernel } from '../kernel/index.ts';
import { resolveUser } from './users.ts';

const passwd =
  '# comment\nroot:x:0:0:root:/root:/bin/sh\nbob:x:1000:1001:Bob:/home/bob:/bin/sh\n42:x:43:44::/home/n:\n';
const group = 'root:x:0:\naudio:x:29:bob\nbobs:x:1001:\nvideo:x:44:alice,bob\n';

describe('users', () => {
  const kernel = createFakeKernel();
  let rootfs: string;

  beforeAll(() => {
    rootfs = mkdtempSync(join(tmpdir(), 'berth-users-'));
    mkdirSync(join(rootfs, 'etc'));
    writeFileSync(join(rootfs, 'etc/passwd'), passwd);
    writeFileSync(join(rootfs, 'etc/group'), group);
  });
  afterAll(() => rmSync(rootfs, { recursive: true }));

  const resolve = (user: string, groupAdd: string[] = [], root = rootfs) => resolveUser(root, user, groupAdd, kernel);

  test.each([
    ['', { uid: 0, gid: 0, additionalGids: [0], home: '/root', name: 'root' }],
    ['bob', { uid: 1000, gid: 1001, additionalGids: [1001, 29, 44], home: '/home/bob', name: 'bob' }],
    ['1000', { uid: 1000, gid: 1001, additionalGids: [1001, 29, 44], home: '/home/bob', name: 'bob' }],
    ['bob:bobs', { uid: 1000, gid: 1001, additionalGids: [1001], home: '/home/bob', name: 'bob' }],
    ['bob:29', { uid: 1000, gid: 29, additionalGids: [29], home: '/home/bob', name: 'bob' }],
    ['5000', { uid: 5000, gid: 0, additionalGids: [0], home: '/' }],
    ['5000:6000', { uid: 5000, gid: 6000, additionalGids: [6000], home: '/' }],
    ['42', { uid: 43, gid: 44, additionalGids: [44], home: '/home/n', name: '42' }],
  ])('%j', (user, expected) => {
    expect(resolve(user)).toEqual(expected);
  });

  test('added groups, by name or number, each once', () => {
    expect(resolve('bob', ['audio', '99']).additionalGids).toEqual([1001, 29, 44, 99]);
  });

  test('unknown names are refused as Docker does', () => {
    expect(() => resolve('nosuch')).toThrow('unable to find user nosuch: no matching entries in passwd file');
    expect(() => resolve('bob:nosuch')).toThrow('unable to find group nosuch: no matching entries in group file');
    expect(() => resolve('', ['nosuch'])).toThrow('unable to find group nosuch: no matching entries in group file');
    expect(() => resolve('3000000000')).toThrow('uids and gids must be in range 0-2147483647');
  });

  test('without the files numbers still work', () => {
    expect(resolve('7:8', [], join(rootfs, 'empty'))).toEqual({ uid: 7, gid: 8, additionalGids: [8], home: '/' });
    expect(resolve('', [], join(rootfs, 'empty'))).toEqual({ uid: 0, gid: 0, additionalGids: [0], home: '/' });
  });
});
