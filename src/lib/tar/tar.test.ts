import { expect, test } from 'bun:test';
import type { TarEntry } from './entry.ts';
import { decodeName, encodeName, nameBytes } from './names.ts';
import { formatPax, parsePax, paxTime } from './pax.ts';
import { readTar } from './read-tar.ts';
import { type TarEvent, TarReader } from './reader.ts';
import { encodeTarHeader, encodeTarMember, tarEnd } from './writer.ts';

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(bytes: Buffer, size = bytes.length) {
  const found: { entry: TarEntry; content: string }[] = [];
  for await (const { entry, body } of readTar(pieces(bytes, size))) {
    found.push({ entry, content: Buffer.concat(await Array.fromAsync(body)).toString('latin1') });
  }
  return found;
}

const archive = Buffer.concat([
  encodeTarMember({ type: 'directory', name: 'd/', mode: 0o1777, uid: 3_000_000, gid: 5 }),
  encodeTarMember({ type: 'file', name: `${'long/'.repeat(40)}name`, mode: 0o4755, mtime: 12 }, Buffer.from('hello')),
  encodeTarMember(
    {
      type: 'file',
      name: 'é',
      mtime: -3,
      mtimeNanoseconds: 250_000_000,
      xattrs: new Map([['user.bin', Buffer.from([0, 10, 255])]]),
    },
    Buffer.alloc(1024, 'x'),
  ),
  encodeTarMember({ type: 'symlink', name: 'l', linkName: '../'.repeat(60) }),
  encodeTarMember({ type: 'link', name: 'h', linkName: 'é' }),
  encodeTarMember({ type: 'char', name: 'c', deviceMajor: 1, deviceMinor: 3 }),
  encodeTarMember({ type: 'fifo', name: 'p' }),
  encodeTarMember({ type: 'file', name: 'empty' }),
  tarEnd(),
]);

test.each([1, 7, 511, 512, 513, 100_000])('what the writer wrote the reader reads, %d bytes at a time', async size => {
  const found = await readAll(archive, size);
  expect(found.map(({ entry, content }) => [entry.type, entry.name.slice(0, 6), content.length])).toEqual([
    ['directory', 'd/', 0],
    ['file', 'long/l', 5],
    ['file', 'é', 1024],
    ['symlink', 'l', 0],
    ['link', 'h', 0],
    ['char', 'c', 0],
    ['fifo', 'p', 0],
    ['file', 'empty', 0],
  ]);
  const entry = (index: number) => found[index]?.entry as TarEntry;
  expect(entry(0)).toMatchObject({ mode: 0o1777, uid: 3_000_000, gid: 5 });
  expect(entry(1)).toMatchObject({ mode: 0o4755, mtime: 12, mtimeNanoseconds: 0 });
  expect(entry(2)).toMatchObject({ mtime: -3, mtimeNanoseconds: 250_000_000 });
  expect(entry(2).xattrs?.get('user.bin')).toEqual(Buffer.from([0, 10, 255]));
  expect(entry(3).linkName).toBe('../'.repeat(60));
  expect(entry(5)).toMatchObject({ deviceMajor: 1, deviceMinor: 3 });
});

test.each([7, 511, 700, 4096])('what was fed may change after the last event, %d bytes at a time', size => {
  const memory = Buffer.alloc(size);
  const names = (next: (reader: TarReader, piece: Buffer) => void) => {
    const found: string[] = [];
    const reader = new TarReader();
    for (let at = 0; at < archive.length; at += size) {
      next(reader, archive.subarray(at, at + size));
      for (let event = reader.next(); event; event = reader.next()) {
        if (event.kind === 'entry') found.push(`${event.entry.name} ${event.entry.linkName} ${event.entry.mtime}`);
        if (event.kind === 'data') found.push(event.bytes.toString('hex'));
      }
      memory.fill(255);
    }
    reader.finish();
    return found;
  };
  const reusing = (reader: TarReader, piece: Buffer) => {
    piece.copy(memory);
    reader.feed(memory.subarray(0, piece.length));
  };
  expect(names(reusing)).toEqual(names((reader, piece) => reader.feed(piece)));
});

test('bodies nobody reads are passed over', async () => {
  const names: string[] = [];
  for await (const { entry } of readTar(pieces(archive, 300))) names.push(entry.name);
  expect(names).toHaveLength(8);
});

test('an archive cut anywhere but between members is an error', async () => {
  const member = encodeTarMember({ type: 'file', name: 'é', mtimeNanoseconds: 5 }, Buffer.alloc(700, 'y'));
  const whole = member.length - (1024 - 700);
  for (let length = 1; length < whole; length += 37) {
    await expect(readAll(member.subarray(0, length))).rejects.toMatchObject({ kind: 'invalid' });
  }
  // As docker's command line sends a context with a Dockerfile from elsewhere.
  expect(await readAll(member.subarray(0, whole))).toHaveLength(1);
  expect(await readAll(member)).toHaveLength(1);
});

test('a damaged header is an error', async () => {
  for (const at of [0, 100, 124, 148, 156]) {
    const damaged = Buffer.from(encodeTarMember({ type: 'file', name: 'a' }));
    damaged[at] = (damaged[at] as number) ^ 0x15;
    await expect(readAll(damaged)).rejects.toThrow('invalid tar header');
  }
});

test('random bytes never hang or crash the reader', () => {
  let seed = 42;
  const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(archive.subarray(0, 512 * (4 + Math.floor(random() * 12))));
    for (let k = 0; k < 3; k++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const reader = new TarReader();
    try {
      reader.feed(bytes);
      for (let event: TarEvent | undefined = reader.next(); event; event = reader.next());
      reader.finish();
    } catch (error) {
      expect(error).toMatchObject({ kind: 'invalid' });
    }
  }
});

test('numbers beyond octal are base-256', async () => {
  const header = encodeTarHeader({ type: 'directory', name: 'd', uid: 4_000_000_000, mtime: -5 });
  const [found] = await readAll(Buffer.concat([header, tarEnd()]));
  expect(found?.entry).toMatchObject({ uid: 4_000_000_000, mtime: -5 });
});

test('names that are not UTF-8 survive', () => {
  const bytes = Buffer.from([0x61, 0xe9, 0x2f, 0xc3, 0xa9, 0xff, 0xed, 0xa0, 0x80]);
  const name = decodeName(bytes);
  expect(name.isWellFormed()).toBe(false);
  expect(nameBytes(name)).toEqual(bytes);
  expect(encodeName(name)).toEqual(bytes);
  expect(encodeName('é\ufffd')).toBe('é\ufffd');
  expect(decodeName(Buffer.from('é\ufffd'))).toBe('é\ufffd');
});

test('pax records count their own length and keep binary values', () => {
  for (const length of [0, 1, 88, 89, 90, 91, 92, 93, 986, 987, 988, 989, 990]) {
    const value = Buffer.alloc(length, 0x0a);
    expect(parsePax(formatPax([['key', value]])).get('key')).toEqual([value]);
  }
  for (const bad of ['x', '5 a=b', '6 a=b', '99 a=b\n', '6 a=bc', '-1 a=b\n', '0 a=b\n']) {
    expect(() => parsePax(Buffer.from(bad))).toThrow('pax');
  }
  const time = (text: string) => paxTime(new Map([['mtime', [Buffer.from(text)]]]), 'mtime');
  expect(time('1.5')).toEqual({ seconds: 1, nanoseconds: 500_000_000 });
  expect(time('-1.25')).toEqual({ seconds: -2, nanoseconds: 750_000_000 });
  expect(() => time('1.x')).toThrow('mtime');
});
