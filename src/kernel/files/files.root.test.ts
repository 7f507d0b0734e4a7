// Attributes, devices, confined paths and locks on a real file system. Needs root.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { splitDevice } from '../../lib/device-number.ts';
import { factsOf } from '../../lib/files/file-facts.ts';
import { decodeName } from '../../lib/tar/names.ts';
import { openLibc } from '../libc/libc.ts';
import { fileReader } from './file-reader.ts';
import { LinuxFiles } from './linux-files.ts';
import { makeDevice } from './make-device.ts';

const files = new LinuxFiles(openLibc());
let root: string;

beforeAll(() => {
  root = mkdtempSync('/tmp/berth-files-');
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

test('attributes are set, read and listed, of links too', () => {
  const file = join(root, 'attributes');
  writeFileSync(file, '');
  const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
  files.setXattr(file, 'security.capability', capability);
  files.setXattr(file, 'trusted.overlay.opaque', Buffer.from('y'));
  files.setXattr(file, 'user.empty', Buffer.alloc(0));
  expect(files.getXattr(file, 'security.capability')).toEqual(capability);
  expect(files.getXattr(file, 'user.empty')).toEqual(Buffer.alloc(0));
  expect(files.listXattr(file).sort()).toEqual(['security.capability', 'trusted.overlay.opaque', 'user.empty']);
  expect(files.getXattr(file, 'user.other')).toBeUndefined();
  const link = join(root, 'attributes-link');
  symlinkSync('attributes', link);
  expect(files.getXattr(link, 'security.capability')).toBeUndefined();
  files.setXattr(link, 'trusted.x', Buffer.from('on the link'));
  expect(files.getXattr(file, 'trusted.x')).toBeUndefined();
  expect(() => files.setXattr(join(root, 'no'), 'user.x', capability)).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
  expect(() => files.getXattr(join(root, 'no'), 'user.x')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(files.getXattr('/proc/version', 'user.x')).toBeUndefined();
});

test('all attributes of a file are read at once, of names that are no text too', () => {
  const { attributes: read } = fileReader();
  const file = join(root, 'attributes-of-one');
  writeFileSync(file, '');
  expect(read(file)).toBeUndefined();
  files.setXattr(file, 'user.empty', Buffer.alloc(0));
  files.setXattr(file, 'user.note', Buffer.from([0, 255]));
  expect(read(file)).toEqual({ 'user.empty': Buffer.alloc(0), 'user.note': Buffer.from([0, 255]) });
  const bytes = Buffer.concat([Buffer.from(join(root, 'odd-')), Buffer.from([0xff])]);
  renameSync(file, bytes);
  expect(Object.keys(read(decodeName(bytes)) ?? {}).sort()).toEqual(['user.empty', 'user.note']);
  const many = join(root, 'many-attributes');
  writeFileSync(many, '');
  const names = Array.from({ length: 9 }, (_, index) => `user.${index}-${'n'.repeat(90)}`);
  for (const name of names) files.setXattr(many, name, Buffer.from('v'));
  expect(Object.keys(read(many) ?? {}).sort()).toEqual(names);
  expect(files.listXattr(many).sort()).toEqual(names);
  for (const none of [file, join(root, 'no'), '/proc/version', join(root, 'x'.repeat(5000))]) {
    expect(read(none)).toBeUndefined();
  }
});

test('facts of files are what node says of them', () => {
  const { facts } = fileReader();
  const place = join(root, 'facts');
  mkdirSync(place);
  const at = (name: string) => join(place, name);
  for (const name of ['file', 'ü', 'x'.repeat(255)]) writeFileSync(at(name), 'content');
  utimesSync(at('ü'), -1.25, -1.25);
  truncateSync(at('file'), 2 ** 33 + 1);
  linkSync(at('ü'), at('other name'));
  symlinkSync('file', at('link'));
  mkdirSync(at('directory'), 0o1700);
  files.mknod(at('device'), 0o020000 | 0o600, makeDevice(259, 70_000));
  for (const name of ['file', 'ü', 'other name', 'x'.repeat(255), 'link', 'directory', 'device']) {
    const stats = lstatSync(at(name), { bigint: true });
    const { inode, ...others } = facts(at(name)) ?? {};
    const { inode: _, ...expected } = factsOf(stats);
    expect(others).toEqual(expected);
    expect(inode !== undefined).toBe(stats.nlink > 1n);
  }
  expect(facts(at('ü'))?.inode).toBe(facts(at('other name'))?.inode ?? '');
  const bytes = Buffer.concat([Buffer.from(at('')), Buffer.from([0xff])]);
  writeFileSync(bytes, 'x');
  expect(facts(decodeName(bytes))?.size).toBe(1);
  for (const none of [at('nothing'), at('file/below'), at('x'.repeat(5000))]) expect(facts(none)).toBeUndefined();
});

test('devices and fifos get their mode whatever the umask', () => {
  const before = process.umask(0o077);
  try {
    files.mknod(join(root, 'null'), 0o020000 | 0o666, makeDevice(1, 3));
    files.mknod(join(root, 'whiteout'), 0o020000, 0);
    files.mkfifo(join(root, 'fifo'), 0o622);
  } finally {
    process.umask(before);
  }
  const device = lstatSync(join(root, 'null'));
  expect([device.isCharacterDevice(), device.rdev, device.mode & 0o777]).toEqual([
    true,
    statSync('/dev/null').rdev,
    0o666,
  ]);
  expect(lstatSync(join(root, 'whiteout')).rdev).toBe(0);
  const fifo = lstatSync(join(root, 'fifo'));
  expect([fifo.isFIFO(), fifo.mode & 0o777]).toEqual([true, 0o622]);
  expect(() => files.mkfifo(join(root, 'fifo'), 0o600)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  for (const [major, minor] of [
    [8, 1],
    [259, 70_000],
    [4095, 0xfffff],
  ] as const) {
    expect(splitDevice(makeDevice(major, minor))).toEqual({ major, minor });
  }
});

test('directories can be spread, where the file system knows how', () => {
  const folder = join(root, 'spread');
  mkdirSync(folder);
  const known = files.spreadDirectories(folder);
  expect(files.spreadDirectories(folder)).toBe(known);
  const { stdout, exitCode } = Bun.spawnSync(['lsattr', '-d', folder]);
  if (exitCode === 0 && known) expect(stdout.toString().split(' ')[0]).toContain('T');
  expect(() => files.spreadDirectories(join(root, 'nosuch'))).toThrow();
});

test('a directory for many files is empty, alone and as usual', () => {
  const folder = join(root, 'places');
  mkdirSync(folder);
  files.placeDirectory(join(folder, 'new'));
  expect(readdirSync(folder)).toEqual(['new']);
  expect(readdirSync(join(folder, 'new'))).toEqual([]);
  expect(lstatSync(join(folder, 'new')).mode & 0o777).toBe(0o777 & ~process.umask());
  expect(() => files.placeDirectory(join(folder, 'new'))).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(() => files.placeDirectory(join(folder, 'no/new'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test('times are exact to the nanosecond, also before 1970 and of links', () => {
  const file = join(root, 'times');
  writeFileSync(file, '');
  files.lutimes(file, 1_600_000_000_123_456_789n, -1_500_000_001n);
  const stat = lstatSync(file, { bigint: true });
  expect([stat.atimeNs, stat.mtimeNs]).toEqual([1_600_000_000_123_456_789n, -1_500_000_001n]);
  symlinkSync('times', join(root, 'times-link'));
  files.lutimes(join(root, 'times-link'), 5n, 7n);
  expect(lstatSync(join(root, 'times-link'), { bigint: true }).mtimeNs).toBe(7n);
  expect(lstatSync(file, { bigint: true }).mtimeNs).toBe(-1_500_000_001n);
});

test('paths resolve inside the root, whatever links say', () => {
  const container = join(root, 'container');
  mkdirSync(join(container, 'etc/deep/er'), { recursive: true });
  writeFileSync(join(container, 'etc/passwd'), '');
  symlinkSync('/etc/passwd', join(container, 'absolute'));
  symlinkSync('../../../../../../etc/passwd', join(container, 'etc/deep/up'));
  symlinkSync('/etc', join(container, 'folder'));
  symlinkSync('/etc/shadow', join(container, 'dangling'));
  symlinkSync('dangling', join(container, 'chain'));
  symlinkSync('../missing/x', join(container, 'etc/relative'));
  symlinkSync('loop', join(container, 'loop'));
  symlinkSync('/proc/self/root/etc/hostname', join(container, 'magic'));
  const inside = (path: string) => files.openInRoot(container, path).replace(container, '') || '/';

  expect(inside('/etc/passwd')).toBe('/etc/passwd');
  expect(inside('etc/passwd')).toBe('/etc/passwd');
  expect(inside('../../../etc/passwd')).toBe('/etc/passwd');
  expect(inside('/absolute')).toBe('/etc/passwd');
  expect(inside('/etc/deep/up')).toBe('/etc/passwd');
  expect(inside('/folder/deep/er/')).toBe('/etc/deep/er');
  expect(inside('/folder/new/file')).toBe('/etc/new/file');
  expect(inside('/dangling')).toBe('/etc/shadow');
  expect(inside('/dangling/')).toBe('/etc/shadow');
  expect(inside('/chain')).toBe('/etc/shadow');
  expect(inside('/chain/below')).toBe('/etc/shadow/below');
  expect(inside('/etc/relative')).toBe('/missing/x');
  expect(inside('/magic')).toBe('/proc/self/root/etc/hostname');
  expect(inside('')).toBe('/');
  expect(inside('/')).toBe('/');
  expect(inside('/new/./deep//file/')).toBe('/new/deep/file');
  expect(() => inside('/new/../../x')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(() => inside('/loop')).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  expect(() => inside('/loop/x')).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  expect(() => inside('/etc/passwd/x')).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  expect(() => inside('/a\0b')).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  expect(() => files.openInRoot(join(root, 'no'), '/')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test('paths below a directory: no link leads out of it', () => {
  const volume = join(root, 'volume');
  mkdirSync(join(volume, 'a/b'), { recursive: true });
  writeFileSync(join(volume, 'file'), '');
  const links = { in: 'a', back: 'a/../a/b', absolute: volume, nowhere: '/no/such', up: 'a/../../x', circle: 'circle' };
  for (const [name, target] of Object.entries({ ...links, via: 'nowhere' })) symlinkSync(target, join(volume, name));
  const leadsTo = (path: string) => {
    const descriptor = files.openBeneath(volume, path);
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } finally {
      closeSync(descriptor);
    }
  };
  expect(['a/b', 'in/b', 'back'].map(leadsTo)).toEqual(Array(3).fill(join(volume, 'a/b')));
  expect(leadsTo('.')).toBe(volume);
  const codes = {
    absolute: 'EXDEV',
    nowhere: 'EXDEV',
    up: 'EXDEV',
    via: 'EXDEV',
    '../volume/a': 'EXDEV',
    '/a': 'EXDEV',
  };
  const others = { none: 'ENOENT', 'a/none/x': 'ENOENT', 'file/x': 'ENOTDIR', circle: 'ELOOP' };
  for (const [path, code] of Object.entries({ ...codes, ...others })) {
    expect(() => files.openBeneath(volume, path)).toThrow(expect.objectContaining({ code }));
  }
});

test('disk usage counts bytes, a hard-linked file once', async () => {
  const tree = join(root, 'tree');
  mkdirSync(join(tree, 'a/b'), { recursive: true });
  writeFileSync(join(tree, 'a/one'), 'x'.repeat(1000));
  linkSync(join(tree, 'a/one'), join(tree, 'a/b/again'));
  for (let index = 0; index < 600; index++) writeFileSync(join(tree, 'a/b', String(index)), 'y');
  expect(await files.diskUsage(tree)).toBe(1600);
  expect(await files.diskUsage(join(tree, 'a/one'))).toBe(1000);
  await expect(files.diskUsage(join(root, 'no'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a lock is held by one, and ends with its process', () => {
  const path = join(root, 'lock');
  const held = files.tryLock(path)!;
  expect(files.tryLock(path)).toBeUndefined();
  const other = () => spawnSync('flock', ['--nonblock', path, 'true']).status;
  expect(other()).toBe(1);
  held[Symbol.dispose]();
  held[Symbol.dispose]();
  expect(other()).toBe(0);
  files.tryLock(path)![Symbol.dispose]();
  expect(readFileSync(path, 'utf8')).toBe('');
});
