import { expect, test } from 'bun:test';
import type { Digest } from '../../oci/digest.ts';
import { parseReference } from '../../oci/reference.ts';
import { openStore } from '../../store/index.ts';
import { ImageNames } from './image-names.ts';
import { noSuchImage, resolveImage } from './resolve-image.ts';

const id = (start: string): Digest => `sha256:${start.padEnd(64, '0')}`;
const [first, second, third] = [id('abc1'), id('abc2'), id('f00d')] as const;
const manifest = id('d1');

function lookup() {
  const names = new ImageNames(openStore(':memory:'));
  names.set(parseReference('f00d'), first);
  names.set(parseReference('x:1'), second);
  names.set(parseReference(`x@${manifest}`), second);
  names.set(parseReference('stale'), id('gone'));
  const known = [first, second, third];
  const records = {
    get: (digest: Digest) => (known.includes(digest) ? { layers: [] } : undefined),
    list: () => known.map(digest => ({ id: digest, record: { layers: [] } })),
  };
  return { names, records };
}

test.each([
  [first, first],
  [first.slice(7), first],
  ['abc1', first],
  ['sha256:abc2', second],
  ['x:1', second],
  ['docker.io/library/x:1', second],
  [`x@${manifest}`, second],
  [`x:9@${manifest}`, second],
  ['x', undefined],
  ['abc', undefined],
  ['abc3', undefined],
  ['stale', undefined],
  [id('abc4'), undefined],
  // A name is stronger than the beginning of an id.
  ['f00d', first],
  ['f00', third],
])('%s', (text, expected) => {
  expect(resolveImage(text, lookup())).toBe(expected as Digest);
});

test('what is not there is named as Docker names it', () => {
  expect(noSuchImage('x').message).toBe('No such image: x:latest');
  expect(noSuchImage('docker.io/library/x:2').message).toBe('No such image: x:2');
  expect(noSuchImage(first.slice(7)).message).toBe(`No such image: ${first}`);
});

test('names are listed by image, sorted by what stands behind short ones, as Docker does', () => {
  const { names } = lookup();
  for (const name of ['b.example/x', 'localhost/x']) names.set(parseReference(name), second);
  expect(names.of(second).map(name => name.domain)).toEqual(['b.example', 'docker.io', 'docker.io', 'localhost']);
  expect(names.byImage().get(first)).toEqual([parseReference('f00d:latest')]);
  expect(names.delete(parseReference('x:1'))).toBe(true);
  expect(names.delete(parseReference('x:1'))).toBe(false);
});
