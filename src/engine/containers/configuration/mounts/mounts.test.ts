// Mounts in all their written forms: -v, --mount, --tmpfs, --volumes-from and VOLUME.

import { describe, expect, test } from 'bun:test';
import type { ContainerConfig, HostConfig, Mount } from '../../../../api/types/container-config.ts';
import { errorKind, errorMessage } from '../../../../lib/errors.ts';
import { Container, type ContainerRecord } from '../../state/container.ts';
import type { ContainerMount } from '../../state/container-mount.ts';
import { parseBind } from './bind-spec.ts';
import { collectMounts } from './collect-mounts.ts';
import { parseMount, parseTmpfs } from './mount-spec.ts';

function refusal(work: () => unknown): string {
  try {
    return `made ${JSON.stringify(work())}`;
  } catch (error) {
    return `${errorKind(error)}: ${errorMessage(error)}`;
  }
}

describe('-v', () => {
  const table: [text: string, mount: Partial<ContainerMount>][] = [
    ['/a:/b', { type: 'bind', source: '/a', destination: '/b', readWrite: true, propagation: '', mode: '' }],
    ['/a/../c/:/b/', { source: '/c', destination: '/b' }],
    ['/a:/b:ro', { readWrite: false, mode: 'ro', createSource: true }],
    ['/a:/b:rw,rshared,z', { readWrite: true, propagation: 'rshared', mode: 'rw,rshared,z' }],
    ['data:/b', { type: 'volume', name: 'data', source: '', mode: 'z', propagation: '', noCopy: false }],
    ['data:/b:ro,nocopy', { readWrite: false, noCopy: true, mode: 'ro,nocopy' }],
    ['data:/b:cached', { readWrite: true }],
  ];
  for (const [text, mount] of table) test(text, () => expect(parseBind(text)).toMatchObject(mount));

  const refused: [text: string, why: string][] = [
    ['data', ''],
    ['a:/b:ro:x', ''],
    [':/b', ''],
    ['/a:', ''],
    ['/a:b', `: invalid mount config for type "bind": invalid mount path: 'b' mount path must be absolute`],
    ['v:b', `: invalid mount config for type "volume": invalid mount path: 'b' mount path must be absolute`],
    ['/a:/', `: invalid mount config for type "bind": invalid specification: destination can't be '/'`],
    ['/a:/x/..', `: invalid mount config for type "bind": invalid specification: destination can't be '/'`],
  ];
  for (const [text, why] of refused) {
    test(`${text} is refused`, () =>
      expect(refusal(() => parseBind(text))).toBe(`invalid: invalid volume specification: '${text}'${why}`));
  }
});

test('-v with a mode that cannot be is refused', () => {
  for (const text of ['/a:/b:what', '/a:/b:ro,rw', '/a:/b:nocopy', 'v:/b:what']) {
    expect(refusal(() => parseBind(text))).toBe(`invalid: invalid mode: ${text.split(':')[2]}`);
  }
  expect(refusal(() => parseBind('v:/b:rshared'))).toEndWith(
    'invalid mount config for type "volume": field BindOptions must not be specified',
  );
});

describe('--mount', () => {
  const table: [mount: Mount, result: Partial<ContainerMount>][] = [
    [
      { Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true, BindOptions: { Propagation: 'rslave' } },
      { type: 'bind', source: '/a', destination: '/b', readWrite: false, propagation: 'rslave' },
    ],
    [{ Type: 'bind', Source: '/a', Target: '/b', BindOptions: { CreateMountpoint: true } }, { createSource: true }],
    [
      { Type: 'volume', Target: '/b' },
      { type: 'volume', anonymous: true, mode: 'z' },
    ],
    [
      { Type: 'volume', Source: 'v', Target: '/b', VolumeOptions: { NoCopy: true, Subpath: 'in' } },
      { name: 'v', noCopy: true, subpath: 'in', anonymous: false },
    ],
    [
      { Type: 'tmpfs', Target: '/b', TmpfsOptions: { SizeBytes: 1024, Mode: 0o1770 } },
      { type: 'tmpfs', options: ['size=1024', 'mode=1770'] },
    ],
  ];
  for (const [mount, result] of table) {
    test(JSON.stringify(mount), () => expect(parseMount(mount)).toMatchObject(result));
  }

  const refused: [mount: Mount, message: string][] = [
    [{ Type: 'bind', Source: '/a' }, 'invalid mount config for type "bind": field Target must not be empty'],
    [
      { Type: 'volume', Target: 'b' },
      `invalid mount config for type "volume": invalid mount path: 'b' mount path must be absolute`,
    ],
    [
      { Type: 'volume', Target: '/' },
      `invalid mount config for type "volume": invalid specification: destination can't be '/'`,
    ],
    [{ Type: 'bind', Target: '/b' }, 'invalid mount config for type "bind": field Source must not be empty'],
    [
      { Type: 'bind', Source: 'a', Target: '/b' },
      `invalid mount config for type "bind": invalid mount path: 'a' mount path must be absolute`,
    ],
    [
      { Type: 'bind', Source: '/a', Target: '/b', VolumeOptions: {} },
      'VolumeOptions must not be specified on mount type "bind"',
    ],
    [{ Type: 'volume', Target: '/b', BindOptions: {} }, 'BindOptions must not be specified on mount type "volume"'],
    [
      { Type: 'volume', Target: '/b', ReadOnly: true },
      'invalid mount config for type "volume": must not set ReadOnly mode when using anonymous volumes',
    ],
    [
      { Type: 'volume', Target: '/b', VolumeOptions: { Subpath: 'in' } },
      'invalid mount config for type "volume": must not set Subpath when using anonymous volumes',
    ],
    [
      { Type: 'tmpfs', Source: 'a', Target: '/b' },
      'invalid mount config for type "tmpfs": field Source must not be specified',
    ],
    [{ Type: 'image', Target: '/b' }, 'invalid mount config for type "image": field Source must not be empty'],
    [
      { Type: 'image', Source: 'x', Target: '/b', TmpfsOptions: {} },
      'TmpfsOptions must not be specified on mount type "image"',
    ],
    [
      { Type: 'image', Source: 'x', Target: '/b', ImageOptions: { Subpath: '../a' } },
      'invalid mount config for type "image": subpath must be a relative path within the volume',
    ],
    [
      { Type: 'bind', Source: '/x', Target: '/b', ImageOptions: {} },
      'invalid mount config for type "bind": field ImageOptions must not be specified',
    ],
    [{ Type: 'what' as 'bind', Target: '/b' }, 'invalid mount config for type "what": mount type unknown'],
  ];
  for (const [mount, message] of refused) {
    test(`refused: ${JSON.stringify(mount)}`, () =>
      expect(refusal(() => parseMount(mount))).toBe(`invalid: ${message}`));
  }

  test('a subpath stays inside its volume', () => {
    for (const Subpath of ['/abs', '../up', 'a/../../b']) {
      expect(refusal(() => parseMount({ Type: 'volume', Source: 'v', Target: '/b', VolumeOptions: { Subpath } }))).toBe(
        'invalid: invalid mount config for type "volume": subpath must be a relative path within the volume',
      );
    }
  });
});

test('--tmpfs keeps its options, and is not shown among the mounts', () => {
  expect(parseTmpfs('/run', 'ro,size=1m,')).toMatchObject({ readWrite: false, options: ['size=1m'], hidden: true });
  expect(refusal(() => parseTmpfs('run', ''))).toBe("invalid: invalid mount path: 'run' mount path must be absolute");
  expect(refusal(() => parseTmpfs('//', ''))).toBe("invalid: invalid specification: destination can't be '/'");
});

describe('all together', () => {
  const other = new Container(
    { id: 'o', mounts: [parseBind('shared:/shared'), parseTmpfs('/tmp', '')] } as unknown as ContainerRecord,
    '/nowhere',
  );
  const collect = (host: HostConfig, config: ContainerConfig = {}) =>
    collectMounts(config, host, { find: () => other });

  test('for old clients read-only binds leave what is mounted below as it is; others say so themselves', () => {
    const host = {
      Binds: ['/a:/a:ro'],
      Mounts: [{ Type: 'bind' as const, Source: '/b', Target: '/b', BindOptions: {} }],
    };
    const old = collectMounts({}, host, { find: () => other, readonlyNonRecursive: true });
    expect(old.map(mount => mount.readonlyNonRecursive)).toEqual([true, true]);
    expect(collect(host).map(mount => mount.readonlyNonRecursive)).toEqual([undefined, undefined]);
    const asked = { Mounts: [{ ...host.Mounts[0], BindOptions: { ReadOnlyNonRecursive: true } }] };
    expect(collect(asked)[0]?.readonlyNonRecursive).toBe(true);
  });

  test("the caller's come before --volumes-from, and those before the image's; outer directories first", () => {
    const mounts = collect(
      { Binds: ['mine:/data/in', '/h:/shared'], VolumesFrom: ['other'] },
      { Volumes: { '/data': {}, '/data/in/': {} } },
    );
    expect(mounts.map(({ destination, name, source, anonymous }) => [destination, name ?? source, anonymous])).toEqual([
      ['/shared', '/h', undefined],
      ['/data', '', true],
      ['/data/in', 'mine', undefined],
    ]);
  });

  test('of several --volumes-from the last one counts', () => {
    const second = new Container({ id: 's', mounts: [parseBind('newer:/shared')] } as unknown as ContainerRecord, '/');
    const find = (name: string) => (name === 'other' ? other : second);
    const mounts = collectMounts({}, { VolumesFrom: ['other', 'second'] }, { find });
    expect(mounts.map(({ name }) => name)).toEqual(['newer']);
  });

  test('--volumes-from brings no tmpfs, and ro makes it read-only', () => {
    expect(collect({ VolumesFrom: ['other:ro'] })).toMatchObject([{ name: 'shared', readWrite: false, noCopy: true }]);
    expect(refusal(() => collect({ VolumesFrom: ['other:what'] }))).toBe('invalid: invalid mode: what');
  });

  test('two on one place are refused', () => {
    expect(refusal(() => collect({ Binds: ['a:/x'], Tmpfs: { '/x/': '' } }))).toBe(
      'invalid: Duplicate mount point: /x',
    );
  });

  test('a VOLUME without a slash lies in the root', () => {
    expect(collect({}, { Volumes: { data: {} } })).toMatchObject([{ destination: '/data', anonymous: true }]);
  });
});
