// Old GNU sparse files, whose maps go on in as many blocks as the archive likes.
import { expect, test } from 'bun:test';
import { blockSize, sealHeader, writeNumber } from './header.ts';
import { TarReader } from './reader.ts';
import { encodeTarHeader } from './writer.ts';

const octal = (value: number) => value.toString(8).padStart(11, '0');

/** A header whose map begins in the blocks that follow. */
function sparseHeader(stored: number, realSize: number): Buffer {
  const block = Buffer.from(encodeTarHeader({ type: 'file', name: 'holes' }));
  writeNumber(block, 'size', stored);
  block[156] = 'S'.charCodeAt(0);
  block[482] = 1;
  block.write(octal(realSize), 483, 'latin1');
  sealHeader(block);
  return block;
}

/** A block of 21 pieces of `length` bytes, the first at `offset`, each after a hole of the same length. */
function extension(offset: number, length: number, extended: boolean): Buffer {
  const block = Buffer.alloc(blockSize);
  for (let index = 0; index < 21; index++) {
    block.write(octal(offset + 2 * index * length), index * 24, 'latin1');
    block.write(octal(length), index * 24 + 12, 'latin1');
  }
  block[504] = extended ? 1 : 0;
  return block;
}

test('a map of many blocks is read, however many of them come at once', () => {
  const blocks = 10_000;
  const pieces = 21 * blocks;
  const reader = new TarReader();
  const map = Array.from({ length: blocks }, (_, index) => extension(42 * index, 1, index < blocks - 1));
  reader.feed(Buffer.concat([sparseHeader(pieces, 2 * pieces), ...map, Buffer.from('x')]));
  expect(reader.next()).toMatchObject({ kind: 'entry', entry: { name: 'holes', size: 2 * pieces, sparse: true } });
  expect(reader.next()).toMatchObject({ kind: 'data', offset: 0 });
});

test('a map without end is refused before it fills the memory', () => {
  const reader = new TarReader();
  reader.feed(sparseHeader(0, 0));
  const block = extension(0, 0, true);
  expect(() => {
    for (let count = 0; count < 200_000; count++) {
      reader.feed(block);
      reader.next();
    }
  }).toThrow('sparse map');
});
