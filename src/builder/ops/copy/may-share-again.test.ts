import { expect, test } from 'bun:test';
import type { LayersSnapshot, TreeSnapshot } from '../../solve/snapshot.ts';
import type { LinkedFiles } from '../../source.ts';
import { mayShareAgain } from './may-share-again.ts';

const settled = new Promise<never>(() => {});
const layers = (...directories: string[]): LayersSnapshot => ({
  kind: 'layers',
  layers: directories.map(directory => ({ layer: { directory, settled } })),
});
function tree(): { source: TreeSnapshot; linked: LinkedFiles } {
  const linked: LinkedFiles = { layers: new Set(), movable: false };
  const dispose = () => Promise.resolve();
  return {
    linked,
    source: { kind: 'tree', tree: { directory: '/', immutable: true, linked, [Symbol.asyncDispose]: dispose } },
  };
}

test('files go into layers of several images, but into one of each', () => {
  const { source } = tree();
  expect(mayShareAgain(source, { below: layers('base'), upper: 'a' })).toBe(true);
  expect(mayShareAgain(source, { below: layers('base'), upper: 'b' })).toBe(true);
  expect(mayShareAgain(source, { below: layers('base', 'a', 'other'), upper: 'c' })).toBe(false);
  expect(mayShareAgain(source, { below: layers('base'), upper: 'b' })).toBe(false);
});

test('nothing is shared again once a layer that can be put anywhere may have it', () => {
  const { source, linked } = tree();
  expect(mayShareAgain(source, { below: layers(), upper: 'a' })).toBe(false);
  expect(linked.movable).toBe(true);
  expect(mayShareAgain(source, { below: layers('base'), upper: 'b' })).toBe(false);
});

test('what other trees have is not known', () => {
  expect(mayShareAgain(layers('x'), { below: layers('base'), upper: 'a' })).toBe(false);
});
