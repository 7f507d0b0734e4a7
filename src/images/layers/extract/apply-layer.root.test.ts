// Real archives into real directories: what GNU tar would make of them, and nothing outside.
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createKernel } from '../../../kernel/index.ts';
import { type TarEntry, tarEntry } from '../../../lib/tar/entry.ts';
import { encodeSparseHeader, encodeTarHeader, encodeTarMember, tarEnd, tarPadding } from '../../../lib/tar/writer.ts';
import { sha256 } from '../../../oci/digest.ts';
import { type ApplyOptions, applyLayer } from './apply-layer.ts';

const kernel = createKernel();
afterAll(() => kernel.close());

let base: string;
let target: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'berth-layers-'));
  target = join(base, 'target');
  mkdirSync(target);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

type Member = Partial<TarEntry> & Pick<TarEntry, 'type' | 'name'> & { content?: string };
const file = (name: string, content = 'x', rest: Partial<TarEntry> = {}): Member => ({
  type: 'file',
  name,
  content,
  ...rest,
});
const directory = (name: string, rest: Partial<TarEntry> = {}): Member => ({ type: 'directory', name, ...rest });
const symlink = (name: string, linkName: string): Member => ({ type: 'symlink', name, linkName });
const tar = (...members: Member[]) =>
  Buffer.concat([
    ...members.map(({ content = '', ...entry }) => encodeTarMember(entry, Buffer.from(content))),
    tarEnd(),
  ]);

async function apply(archive: Buffer, options: Partial<ApplyOptions> = {}) {
  async function* pieces() {
    for (let at = 0; at < archive.length; at += 10_000) yield archive.subarray(at, at + 10_000);
  }
  return applyLayer(pieces(), target, {
    files: kernel.files,
    ...options,
  });
}

/** Everything there is to say of a tree, one line per file. */
function describe(root: string): string[] {
  const describeOne = (path: string): string => {
    const stats = lstatSync(join(root, path), { bigint: true });
    const isFile = stats.isFile();
    const attributes = kernel.files
      .listXattr(join(root, path))
      .filter(name => !name.startsWith('security.selinux'))
      .map(name => `${name}=${kernel.files.getXattr(join(root, path), name)?.toString('hex')}`);
    return [
      path,
      stats.mode.toString(8),
      `${stats.uid}:${stats.gid}`,
      stats.mtimeNs,
      stats.rdev,
      stats.isDirectory() ? '' : `${stats.nlink} ${stats.size}`,
      stats.isSymbolicLink() ? readlinkSync(join(root, path)) : '',
      isFile ? sha256(readFileSync(join(root, path))) : '',
      ...attributes.sort(),
    ].join(' ');
  };
  const names = readdirSync(root, { recursive: true }) as string[];
  return ['.', ...names.sort()].map(describeOne);
}

function run(script: string): void {
  const result = spawnSync('bash', ['-ec', script], { cwd: base, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
}

const sourceTree = `
  mkdir -p source/d/deep && cd source
  echo hi > f && ln f d/hard && ln -s ../f d/symlink && ln -s /nowhere dangling
  mknod null c 1 3 && mknod loop b 7 0 && mkfifo fifo
  cp /bin/true setuid && chmod 6755 setuid && chown 12:34 d && mkdir sticky && chmod 1777 sticky
  name=$(printf 'long%.0s' $(seq 50)) && mkdir -p $name/$name && echo q > $name/$name/$name && ln -s $name/$name longlink
  truncate -s 3M sparse && for n in $(seq 60); do printf z | dd of=sparse bs=1 seek=$((n*40000)) conv=notrunc status=none; done
  echo ü > ümlaut && touch -d '2001-02-03 04:05:06.789012345' f d && mkdir readonly && chmod 555 readonly
  head -c 300000 /dev/zero | tr '\\0' y > large && echo > 'with space' && touch -d @-5 old`;

const formats = {
  gnu: '--format=gnu',
  'gnu, sparse': '--format=gnu --sparse',
  pax: '--format=pax --xattrs --xattrs-include=*',
  'pax, sparse 0.0': '--format=pax --sparse --sparse-version=0.0',
  'pax, sparse 0.1': '--format=pax --sparse --sparse-version=0.1',
  'pax, sparse 1.0': '--format=pax --sparse --sparse-version=1.0',
};

for (const [name, flags] of Object.entries(formats)) {
  test(`a tree through GNU tar comes out the same: ${name}`, async () => {
    run(sourceTree);
    kernel.files.setXattr(join(base, 'source/large'), 'user.binary', Buffer.from([0, 10, 61, 255]));
    const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
    kernel.files.setXattr(join(base, 'source/setuid'), 'security.capability', capability);
    run(`tar -C source ${flags} -cf layer.tar . 2>/dev/null`);
    run(`mkdir gnu && tar -C gnu --xattrs --xattrs-include='*' -xpf layer.tar 2>/dev/null`);
    const archive = await readFile(join(base, 'layer.tar'));
    const { diffId, size } = await apply(archive);
    expect(diffId).toBe(sha256(archive));
    expect(size).toBeGreaterThan(3_300_000);
    expect(describe(target)).toEqual(describe(join(base, 'gnu')));
    // Far less than its 3 MiB when the archive knows of holes. How many blocks exactly depends on when they are written.
    const allocated = lstatSync(join(target, 'sparse')).blocks * 512;
    if (name.includes('sparse')) expect(allocated).toBeLessThan(1 << 20);
  });
}

test('gzip and zstd layers are found out, cut ones refused', async () => {
  const archive = tar(file('a', 'x'.repeat(100_000)), file('b', Math.random().toString().repeat(5000)));
  for (const compressed of [gzipSync(archive), zstdCompressSync(archive)]) {
    expect((await apply(compressed)).diffId).toBe(sha256(archive));
    const cut = compressed.subarray(0, compressed.length - 30);
    await expect(apply(cut)).rejects.toMatchObject({ kind: 'invalid' });
  }
  await expect(apply(archive.subarray(0, 60_000))).rejects.toThrow('unexpected EOF');
  await expect(apply(Buffer.from('no archive at all'))).rejects.toMatchObject({ kind: 'invalid' });
});

test('whiteouts become what overlay understands', async () => {
  await apply(
    tar(
      file('d/.wh.gone'),
      file('e/.wh..wh..opq', ''),
      file('.wh..wh.plnk/1.2', 'aufs'),
      file('both/x'),
      file('.wh.both', ''),
      file('.wh.again', ''),
      directory('again'),
      file('.wh.parent', ''),
      file('parent/child'),
      file('.wh.file', ''),
      file('file'),
    ),
  );
  const isWhiteout = (path: string) => {
    const stats = lstatSync(join(target, path));
    return stats.isCharacterDevice() && stats.rdev === 0;
  };
  const opaque = (path: string) => kernel.files.getXattr(join(target, path), 'trusted.overlay.opaque')?.toString();
  expect(isWhiteout('d/gone')).toBe(true);
  expect(opaque('e')).toBe('y');
  expect(opaque('d')).toBeUndefined();
  expect(readFileSync(join(target, 'both/x'), 'utf8')).toBe('x');
  for (const hidden of ['both', 'again', 'parent']) expect(opaque(hidden)).toBe('y');
  expect(lstatSync(join(target, 'file')).isFile()).toBe(true);
});

test('what comes later replaces what was there, of whatever kind', async () => {
  const kinds: Member[] = [
    file('n', 'file'),
    directory('n'),
    symlink('n', 'elsewhere'),
    { type: 'fifo', name: 'n' },
    { type: 'char', name: 'n', deviceMajor: 1, deviceMinor: 3 },
    { type: 'link', name: 'n', linkName: 'other' },
  ];
  for (const first of kinds) {
    for (const second of kinds) {
      rmSync(target, { recursive: true });
      mkdirSync(target);
      await apply(
        tar(file('other', 'other'), first, ...(first.type === 'directory' ? [file('n/inside')] : []), second),
      );
      const stats = lstatSync(join(target, 'n'));
      const actual = stats.isFile()
        ? stats.nlink === 2
          ? 'link'
          : 'file'
        : stats.isDirectory()
          ? 'directory'
          : 'special';
      const expected = ['file', 'directory', 'link'].includes(second.type) ? second.type : 'special';
      expect(`${first.type} → ${actual}`).toBe(`${first.type} → ${expected}`);
      if (first.type === 'directory' && second.type === 'directory')
        expect(readdirSync(join(target, 'n'))).toEqual(['inside']);
    }
  }
});

test('directories nobody describes get 0755, and are told of', async () => {
  const { implied } = await apply(tar(file('a/b/c'), directory('d/e'), directory('d', { mode: 0o700 })));
  expect(implied).toEqual(['', 'a', 'a/b']);
  expect(lstatSync(join(target, 'a/b'))).toMatchObject({ mode: 0o40755, uid: 0 });
  expect(lstatSync(join(target, 'd')).mode).toBe(0o40700);
});

test('overlay attributes of an archive are ignored', async () => {
  const xattrs = new Map([['trusted.overlay.redirect', Buffer.from('/etc')]]);
  await apply(tar(directory('d', { xattrs })));
  expect(kernel.files.listXattr(join(target, 'd'))).toEqual([]);
});

const attacks: Record<string, Member[]> = {
  'a parent above': [file('../outside/file', 'evil'), file('../../../../../../../tmp/../outside/x')],
  'an absolute name': [file('/outside/file', 'evil')],
  'a link out, then through it': [symlink('l', '../outside'), file('l/file', 'evil')],
  'an absolute link out': [symlink('l', '/outside'), file('l/file', 'evil'), file('l/../../outside/file')],
  'links in a row': [
    symlink('a', '.'),
    symlink('a/b', '..'),
    symlink('a/b/c', '../outside'),
    file('a/b/c/file', 'evil'),
  ],
  'a link in place of a directory': [directory('d'), file('d/x'), symlink('d', '../outside'), file('d/file', 'evil')],
  'a hard link to the outside': [{ type: 'link', name: 'h', linkName: '../outside/file' }, file('h', 'evil')],
  'a hard link through a link': [symlink('l', '../outside'), { type: 'link', name: 'h', linkName: 'l/file' }],
  'a file over a link': [symlink('file', '../outside/file'), file('file', 'evil', { mode: 0o777, uid: 9 })],
  'a directory over a link': [
    symlink('d', '../outside'),
    directory('d', { mode: 0o777, uid: 9 }),
    file('d/file', 'evil'),
  ],
  'a whiteout through a link': [symlink('l', '../outside'), file('l/.wh.file'), file('l/.wh..wh..opq')],
  'a whiteout upwards': [file('.wh...', ''), file('../.wh.outside', '')],
  'a link to itself': [symlink('l', 'l'), file('l/file', 'evil')],
  'a loop of links': [symlink('a', 'b/x'), symlink('b', 'a/x'), file('a/file', 'evil')],
  'metadata through a link': [
    symlink('l', '../outside/file'),
    { ...symlink('l', '../outside/file'), uid: 9, mode: 0o777 },
  ],
};

for (const [name, members] of Object.entries(attacks)) {
  test(`nothing is written outside: ${name}`, async () => {
    const outside = join(base, 'outside');
    run('mkdir outside && echo original > outside/file');
    chmodSync(outside, 0o750);
    const before = describe(outside);
    const neighbours = readdirSync(base);
    await apply(tar(...members)).catch(error => expect(error).toMatchObject({ kind: 'invalid' }));
    expect(describe(outside)).toEqual(before);
    expect(readdirSync(base)).toEqual(neighbours);
  });
}

test('bad owners, missing link targets and files as directories are refused', async () => {
  await expect(apply(tar(file('x', '', { uid: -1 })))).rejects.toMatchObject({ kind: 'invalid' });
  await expect(apply(tar({ type: 'link', name: 'h', linkName: 'missing' }))).rejects.toMatchObject({ kind: 'invalid' });
  await expect(apply(tar(file('f'), file('f/below')))).rejects.toMatchObject({ kind: 'invalid' });
  await expect(apply(tar(file('.')))).rejects.toMatchObject({ kind: 'invalid' });
  await expect(apply(tar(file('n'.repeat(300))))).rejects.toMatchObject({ kind: 'invalid' });
});

test('a layer that grows beyond measure is refused, a large one is not', async () => {
  const zeros = tar(file('zeros', '\0'.repeat(3_000_000)));
  const bombLimits = { harmless: 1_000_000, ratio: 250 };
  await expect(apply(gzipSync(zeros), { bombLimits })).rejects.toThrow('unpacks to more than 250 times its size');
  await expect(apply(zstdCompressSync(zeros), { bombLimits })).rejects.toMatchObject({ kind: 'invalid' });
  const plain = tar(file('plain', '\0'.repeat(3_000_000)));
  await expect(apply(plain, { bombLimits })).resolves.toMatchObject({ diffId: sha256(plain) });
});

test('owners beyond 2^21, sizes beyond 8 GiB and times to the nanosecond survive', async () => {
  const huge = 9 * 1024 ** 3;
  const member = encodeSparseHeader(
    tarEntry({
      type: 'file',
      name: 'huge',
      size: huge,
      uid: 3_000_000,
      gid: 4_000_000_000,
      mtime: 5,
      mtimeNanoseconds: 7,
    }),
    [{ offset: huge - 4, length: 4 }],
  );
  await apply(Buffer.concat([member, Buffer.from('tail'), tarPadding(4), tarEnd()]));
  const stats = lstatSync(join(target, 'huge'), { bigint: true });
  expect(stats).toMatchObject({ size: BigInt(huge), uid: 3_000_000n, gid: 4_000_000_000n, mtimeNs: 5_000_000_007n });
  expect(Number(stats.blocks) * 512).toBeLessThan(1 << 20);
  const plain = encodeTarHeader({ type: 'file', name: 'x', size: huge });
  await expect(apply(Buffer.concat([plain, Buffer.from('short')]))).rejects.toThrow('unexpected EOF');
});

test('others run while a layer is written', async () => {
  let turns = 0;
  let going = true;
  const other = (async () => {
    for (; going; turns++) await new Promise(resolve => setImmediate(resolve));
  })();
  await apply(tar(...Array.from({ length: 1000 }, (_, index) => file(`d${index % 20}/f${index}`, 'y'.repeat(2000)))));
  going = false;
  await other;
  expect(turns).toBeGreaterThan(10);
});
