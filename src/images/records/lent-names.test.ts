import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Digest, sha256 } from '../../oci/digest.ts';
import { familiarReference, parseReference } from '../../oci/reference.ts';
import { openStore, type Store } from '../../store/index.ts';
import { ImageNames } from './image-names.ts';
import { LentNames } from './lent-names.ts';

const app = parseReference('app');
const [own, first, second] = ['own', 'first', 'second'].map(text => sha256(text)) as [Digest, Digest, Digest];

let folder: string;
let store: Store;
let names: ImageNames;
let lent: LentNames;
let gone: Set<Digest>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-lent-names-'));
  store = openStore(join(folder, 'db'));
  names = new ImageNames(store);
  gone = new Set();
  lent = new LentNames(names, id => !gone.has(id));
  names.set(app, own);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function borrow(id: Digest): Disposable {
  const loan = lent.lend([id], [app]);
  names.set(app, id);
  return loan;
}
const namesOf = (id: Digest) => names.of(id).map(familiarReference);

test('a lent name goes back, and what the image came to have besides goes', () => {
  names.set(parseReference('mine'), first);
  const loan = borrow(first);
  names.set(parseReference('pushed'), first);
  loan[Symbol.dispose]();
  expect(namesOf(own)).toEqual(['app:latest']);
  expect(namesOf(first)).toEqual(['mine:latest']);
});

test('of two that borrow a name at a time the last gives it back, whichever came first', () => {
  for (const isInOrder of [true, false]) {
    const loans = [borrow(first), borrow(second)];
    if (!isInOrder) loans.reverse();
    for (const loan of loans) loan[Symbol.dispose]();
    expect([own, first, second].map(namesOf)).toEqual([['app:latest'], [], []]);
  }
});

test('a name nobody had is gone after that, and one somebody was given meanwhile stays there', () => {
  names.delete(app);
  borrow(first)[Symbol.dispose]();
  expect(names.get(app)).toBeUndefined();
  names.set(app, own);
  const loan = borrow(first);
  names.set(app, second);
  loan[Symbol.dispose]();
  expect(names.get(app)).toBe(second);
});

test('an image that was removed meanwhile gets no name back', () => {
  const loan = borrow(first);
  gone.add(own);
  loan[Symbol.dispose]();
  expect(names.get(app)).toBeUndefined();
});
