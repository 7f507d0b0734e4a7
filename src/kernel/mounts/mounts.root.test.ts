// Mounts against the real kernel. Needs root.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLibc } from '../libc/libc.ts';
import { systemCallError } from '../libc/system-call-error.ts';
import { LinuxMounts } from './linux-mounts.ts';

const mounts = new LinuxMounts(openLibc());
let root: string;
let layers = 0;

const folder = (...parts: string[]) => {
  const path = join(root, ...parts);
  mkdirSync(path, { recursive: true });
  return path;
};

/** A layer with one file of its own and one that every layer has. */
const layer = (name: string) => {
  const path = folder(name);
  writeFileSync(join(path, `own-${layers++}`), name);
  writeFileSync(join(path, 'all'), name);
  return path;
};

const overlayOf = (lower: string[], name = 'container') => ({
  lower,
  upper: folder(name, 'upper'),
  work: folder(name, 'work'),
  target: folder(name, 'merged'),
});

beforeAll(() => {
  root = mkdtempSync('/tmp/berth-mounts-');
  mounts.bind(root, root, { propagation: 'private' });
});

afterAll(() => {
  const mine = mounts.list().filter(entry => entry.target === root || entry.target.startsWith(`${root}/`));
  for (const entry of mine.reverse()) mounts.unmount(entry.target, { lazy: true });
  rmSync(root, { recursive: true, force: true });
});

test('overlay shows the topmost layer first and writes to the upper one', () => {
  const mount = overlayOf([layer('top'), layer('bottom')]);
  mounts.overlay(mount);
  expect(readFileSync(join(mount.target, 'all'), 'utf8')).toBe('top');
  writeFileSync(join(mount.target, 'new'), 'x');
  expect(readdirSync(mount.upper)).toEqual(['new']);
  expect(mounts.isMounted(mount.target)).toBe(true);
  expect(mounts.unmount(mount.target)).toBe(true);
  expect(mounts.unmount(mount.target)).toBe(false);
  expect(mounts.isMounted(mount.target)).toBe(false);
});

test('overlay takes 100 layers whose paths overflow the option page', () => {
  const lower = Array.from({ length: 100 }, (_, index) =>
    layer(`a-long-name-of-a-layer-in-a-folder/${'x'.repeat(20)}-${index}`),
  );
  const mount = overlayOf(lower, 'hundred');
  mounts.overlay(mount);
  expect(readdirSync(mount.target)).toHaveLength(101);
  expect(readFileSync(join(mount.target, 'all'), 'utf8')).toEndWith('-0');
  writeFileSync(join(mount.target, 'all'), 'changed');
  expect(readFileSync(join(mount.upper, 'all'), 'utf8')).toBe('changed');
  mounts.unmount(mount.target);
});

test('overlay takes separators in paths, on the option page and beyond', () => {
  const name = 'od:d,na\\me=x y';
  const mount = overlayOf([layer(`${name}/1`), layer(`${name}/2`)], `${name}/c`);
  mounts.overlay(mount);
  expect(readdirSync(mount.target)).toHaveLength(3);
  mounts.unmount(mount.target);

  const many = Array.from({ length: 40 }, (_, index) => layer(`${name}/${'y'.repeat(90)}${index}`));
  const large = overlayOf(many, `${name}/d`);
  mounts.overlay(large);
  expect(readdirSync(large.target)).toHaveLength(41);
  writeFileSync(join(large.target, 'new'), '');
  expect(readdirSync(large.upper)).toEqual(['new']);
  mounts.unmount(large.target);
});

test('overlay takes many paths of more than 255 bytes', () => {
  const deep = `${'d'.repeat(200)}/${'e'.repeat(200)}`;
  const many = Array.from({ length: 20 }, (_, index) => layer(`${deep}/${index}`));
  const mount = overlayOf(many, `${deep}/c`);
  mounts.overlay(mount);
  expect(readdirSync(mount.target)).toHaveLength(21);
  mounts.unmount(mount.target);
});

test('without fsopen, layers are named from the folder they share', () => {
  const libc = openLibc();
  const old = new LinuxMounts({
    ...libc,
    syscall: (name, number, args, path) => {
      if (name === 'fsopen') throw systemCallError('fsopen', 'ENOSYS');
      return libc.syscall(name, number, args, path);
    },
  });
  const lower = Array.from({ length: 100 }, (_, index) => layer(`shared-${'z'.repeat(60)}/${index}`));
  const upper = overlayOf(lower, `shared-${'z'.repeat(60)}/c`);
  old.overlay(upper);
  expect(readdirSync(upper.target)).toHaveLength(101);
  expect(process.cwd()).toBe(readlinkSync('/proc/self/cwd'));
  old.unmount(upper.target);
  const apart = overlayOf(lower, 'apart');
  expect(() => old.overlay({ ...apart, upper: folder('w'.repeat(200)) })).toThrow(
    expect.objectContaining({ code: 'E2BIG' }),
  );
});

test('overlay without an upper layer is read-only', () => {
  const target = folder('read-only');
  mounts.overlay({ lower: [layer('r1'), layer('r2')], target });
  expect(() => writeFileSync(join(target, 'x'), '')).toThrow('EROFS');
  mounts.unmount(target);
});

test('a folder that is not there is ENOENT, and nothing is mounted', () => {
  const mount = { ...overlayOf([layer('n1')], 'missing'), lower: [join(root, 'nowhere')] };
  expect(() => mounts.overlay(mount)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(mounts.isMounted(mount.target)).toBe(false);
});

test('a recursive read-only bind covers submounts and keeps the source writable', () => {
  const source = folder('bind', 'source');
  const inner = folder('bind', 'source', 'inner');
  const target = folder('bind', 'target');
  mounts.tmpfs(inner, { size: 1 << 20, mode: 0o700, options: 'noexec' });
  const entry = mounts.list().find(mount => mount.target === inner);
  expect(entry?.options).toContain('noexec');
  expect(entry?.superOptions).toContain('size=1024k');
  mounts.bind(source, target, { recursive: true, readonly: true, propagation: 'rprivate' });
  expect(() => writeFileSync(join(target, 'x'), '')).toThrow('EROFS');
  expect(() => writeFileSync(join(target, 'inner', 'x'), '')).toThrow('EROFS');
  writeFileSync(join(inner, 'x'), '');
  expect(() => mounts.unmount(source)).not.toThrow();
  expect(mounts.unmount(target, { lazy: true })).toBe(true);
  expect(mounts.unmount(inner)).toBe(true);
});

test('propagation is what was asked for', () => {
  const target = folder('propagation');
  mounts.bind(target, target, { propagation: 'shared' });
  const propagation = () => mounts.list().find(entry => entry.target === target)?.propagation;
  expect(propagation()?.[0]).toStartWith('shared:');
  mounts.setPropagation(target, 'rprivate');
  expect(propagation()).toEqual([]);
  mounts.unmount(target);
});

test('a mount point with a space and a newline is found again', () => {
  const target = folder('sp ace\nline\\x');
  mounts.mount({ type: 'tmpfs', source: 'none', target, options: 'ro,size=4k' });
  expect(mounts.list().find(entry => entry.target === target)?.options).toStartWith('ro');
  expect(mounts.unmount(target)).toBe(true);
});

test('a volatile overlay can be mounted again', () => {
  const mount = { ...overlayOf([layer('below')], 'volatile'), volatile: true };
  for (const round of ['first', 'second']) {
    mounts.overlay(mount);
    const own = mounts.list().find(entry => entry.target === mount.target);
    // `volatile`, or `fsync=volatile` from Linux 6.18 on.
    expect(own?.superOptions).toMatch(/[,=]volatile$/);
    writeFileSync(join(mount.target, round), round);
    mounts.unmount(mount.target);
  }
  expect(readdirSync(mount.upper).sort()).toEqual(['first', 'second']);
});

test('a volatile overlay of very many layers, too', () => {
  const lower = Array.from({ length: 80 }, (_, index) =>
    layer(`a-layer-with-a-rather-long-name-number-${index}-of-eighty`),
  );
  const mount = { ...overlayOf(lower, 'volatile-wide'), volatile: true };
  mounts.overlay(mount);
  const own = mounts.list().find(entry => entry.target === mount.target);
  expect(own?.superOptions).toMatch(/[,=]volatile$/);
  mounts.unmount(mount.target);
});
