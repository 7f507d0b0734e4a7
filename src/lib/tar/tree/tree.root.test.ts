// Trees as archives and back: what GNU tar understands, what comes back the same, what is refused. Needs root.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { encodeName } from '../names.ts';
import { encodeTarMember, tarEnd } from '../writer.ts';
import { ConfinedTree } from './confined-tree.ts';
import { packTree } from './pack-tree.ts';
import { removeTree } from './remove-tree.ts';
import { TreeWriter, type TreeWriterOptions } from './tree-writer.ts';
import { unpackTree } from './unpack-tree.ts';
import { walkTree } from './walk-tree.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync('/tmp/berth-tree-');
  for (const name of ['from', 'to']) mkdirSync(join(root, name));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function writer(o: Partial<TreeWriterOptions> = {}): TreeWriter {
  const tree = new ConfinedTree(join(root, 'to'), () => {});
  return new TreeWriter({
    places: { directory: parts => tree.path(tree.directory(parts)) },
    special: {
      makeNode: path => void spawnSync('mkfifo', [path]),
      setTimes: (path, { mtime }) => lutimesSync(encodeName(path), mtime, mtime),
    },
    keepKinds: false,
    target: '/to',
    ...o,
  });
}

async function* archive(...members: Buffer[]): AsyncGenerator<Buffer> {
  yield Buffer.concat([...members, tarEnd()]);
}

test('a tree comes back as it was, by our reader and by GNU tar', async () => {
  const from = join(root, 'from');
  mkdirSync(join(from, 'deep/er'), { recursive: true });
  writeFileSync(join(from, 'deep/file'), 'content');
  chownSync(join(from, 'deep/file'), 1234, 3_000_000_000);
  chmodSync(join(from, 'deep/file'), 0o6751);
  linkSync(join(from, 'deep/file'), join(from, 'linked'));
  symlinkSync('../nowhere', join(from, 'deep/link'));
  spawnSync('mkfifo', [join(from, 'fifo')]);
  writeFileSync(join(from, 'big'), Buffer.alloc(700_001, 'x'));
  writeFileSync(Buffer.from(`${from}/not-utf8-\xe9`, 'latin1'), 'odd');
  lutimesSync(join(from, 'deep/file'), 1_000_000_000.25, 1_000_000_000.25);
  const server = createServer().listen(join(from, 'socket'));
  try {
    const pieces: Buffer[] = [];
    for await (const piece of packTree(walkTree(from, ''))) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const compared = spawnSync('tar', ['--numeric-owner', '-df', '-', '-C', from], { input: bytes, encoding: 'utf8' });
    expect(compared).toMatchObject({ status: 0, stderr: '', stdout: '' });
    expect(bytes.includes('socket')).toBe(false);
    await unpackTree(
      (async function* () {
        yield bytes;
      })(),
      writer(),
    );
  } finally {
    server.close();
  }
  const to = join(root, 'to');
  const file = lstatSync(join(to, 'deep/file'));
  expect([file.uid, file.gid, file.mode & 0o7777, file.mtimeMs]).toEqual([1234, 3_000_000_000, 0o6751, 1e12]);
  expect(lstatSync(join(to, 'linked')).ino).toBe(file.ino);
  expect(readlinkSync(join(to, 'deep/link'))).toBe('../nowhere');
  expect(lstatSync(join(to, 'fifo')).isFIFO()).toBe(true);
  expect(readFileSync(join(to, 'big')).equals(readFileSync(join(from, 'big')))).toBe(true);
  expect(readFileSync(Buffer.from(`${to}/not-utf8-\xe9`, 'latin1'), 'utf8')).toBe('odd');
});

test('a file that shrinks while it is archived is filled up, and the archive stays whole', async () => {
  const path = join(root, 'from/log');
  writeFileSync(path, Buffer.alloc(2_000_000, 'y'));
  writeFileSync(join(root, 'from/next'), 'next');
  const pieces: Buffer[] = [];
  for await (const piece of packTree(walkTree(join(root, 'from'), ''))) {
    if (pieces.length === 1) truncateSync(path, 300_000);
    pieces.push(piece);
  }
  const list = spawnSync('tar', ['-tvf', '-'], { input: Buffer.concat(pieces), encoding: 'utf8' });
  expect(list.status).toBe(0);
  expect(list.stdout).toMatch(/ 2000000 .* log\n.* next\n$/s);
});

test('leaving an archive early closes what it had open', async () => {
  for (let at = 0; at < 20; at++) writeFileSync(join(root, `from/${at}`), Buffer.alloc(100_000));
  const open = () => {
    const { stdout } = spawnSync('ls', ['-l', `/proc/${process.pid}/fd`], { encoding: 'utf8' });
    return stdout.split('\n').filter(line => line.includes(root));
  };
  for (let time = 0; time < 5; time++) for await (const _ of packTree(walkTree(join(root, 'from'), ''))) break;
  expect(open()).toEqual([]);
});

test('directories are merged, everything else is replaced, unless kinds must be kept', async () => {
  const to = join(root, 'to');
  mkdirSync(join(to, 'd/inside'), { recursive: true });
  writeFileSync(join(to, 'f'), 'old');
  await unpackTree(archive(encodeTarMember({ type: 'directory', name: 'd', mode: 0o700 })), writer());
  expect(existsSync(join(to, 'd/inside'))).toBe(true);
  expect(lstatSync(join(to, 'd')).mode & 0o777).toBe(0o700);
  const file = encodeTarMember({ type: 'file', name: 'd' }, Buffer.from('new'));
  const keep = () => writer({ keepKinds: true });
  await expect(unpackTree(archive(file), keep())).rejects.toThrow(
    'cannot overwrite directory "d" with non-directory "/to"',
  );
  const folder = encodeTarMember({ type: 'directory', name: 'f' });
  await expect(unpackTree(archive(folder), keep())).rejects.toThrow(
    'cannot overwrite non-directory "f" with directory "/to"',
  );
  await unpackTree(archive(file, folder), writer());
  expect(readFileSync(join(to, 'd'), 'utf8')).toBe('new');
  expect(lstatSync(join(to, 'f')).isDirectory()).toBe(true);
});

test('no name leads outside, and a cut archive leaves no half file', async () => {
  const outside = archive(encodeTarMember({ type: 'file', name: '../../x' }));
  await expect(unpackTree(outside, writer())).rejects.toThrow('invalid entry name "../../x"');
  const through = archive(
    encodeTarMember({ type: 'symlink', name: 'out', linkName: root }),
    encodeTarMember({ type: 'file', name: 'out/escaped' }),
  );
  await unpackTree(through, writer());
  expect(existsSync(join(root, 'escaped'))).toBe(false);
  const whole = encodeTarMember({ type: 'file', name: 'half' }, Buffer.alloc(4096));
  const cut = (async function* () {
    yield whole.subarray(0, 2048);
  })();
  await expect(unpackTree(cut, writer())).rejects.toThrow('unexpected EOF');
  expect(existsSync(join(root, 'to/half'))).toBe(false);
});

test('removing follows no link', async () => {
  mkdirSync(join(root, 'from/a/b'), { recursive: true });
  writeFileSync(join(root, 'to/kept'), '');
  symlinkSync(join(root, 'to'), join(root, 'from/a/link'));
  await removeTree(join(root, 'from/a'));
  await removeTree(join(root, 'from/a'));
  expect(existsSync(join(root, 'from/a'))).toBe(false);
  expect(existsSync(join(root, 'to/kept'))).toBe(true);
});
