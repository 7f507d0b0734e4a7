import { expect, test } from 'bun:test';
import type { LayersSnapshot, TreeSnapshot } from '../../solve/snapshot.ts';
import type { LinkedFiles } from '../../source.ts';
import { EarlySharing } from './early-sharing.ts';

const settled = new Promise<never>(() => {});
const layers = (...directories: string[]): LayersSnapshot => ({
  kind: 'layers',
  layers: directories.map(directory => ({ layer: { directory, settled } })),
});

function tree(linked: LinkedFiles | undefined): TreeSnapshot {
  const dispose = () => Promise.resolve();
  return {
    kind: 'tree',
    tree: { directory: '/', immutable: true, ...(linked && { linked }), [Symbol.asyncDispose]: dispose },
  };
}

test('files of other images are shared again, unless a layer below has come to have them', () => {
  const linked: LinkedFiles = { layers: new Set(['other']), movable: false };
  const sharing = new EarlySharing(tree(linked), { isBelow: false });
  expect(sharing.again).toBe(true);
  expect(sharing.isRightUpon(layers('base', 'own'))).toBe(true);
  expect(sharing.isRightUpon(layers('base', 'other'))).toBe(false);
  linked.layers.add('own');
  expect(sharing.isRightUpon(layers('base', 'own'))).toBe(false);
});

test('upon a layer of the same files only those are shared that it had not taken', () => {
  const linked: LinkedFiles = { layers: new Set(['first']), movable: false };
  const sharing = new EarlySharing(tree(linked), { isBelow: true });
  expect(sharing.again).toBe(false);
  expect(sharing.isRightUpon(layers('base', 'first', 'second'))).toBe(true);
  linked.layers.add('second');
  expect(sharing.isRightUpon(layers('base', 'first', 'second'))).toBe(false);
});

test('nothing made early is right once a layer that can be put anywhere may have the files', () => {
  const linked: LinkedFiles = { layers: new Set(), movable: false };
  const sharing = new EarlySharing(tree(linked), { isBelow: false });
  linked.movable = true;
  expect(sharing.isRightUpon(layers('base'))).toBe(false);
  expect(new EarlySharing(tree(linked), { isBelow: false }).again).toBe(false);
});

test('what tells of no layers shares nothing again', () => {
  const sharing = new EarlySharing(tree(undefined), { isBelow: false });
  expect([sharing.again, sharing.isRightUpon(layers('base'))]).toEqual([false, true]);
});
