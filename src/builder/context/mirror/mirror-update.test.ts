// An update of which not everything has come: who is told that what they want is here, and what is asked for first.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TarEntry, tarEntry } from '../../../lib/tar/entry.ts';
import type { WantedPart } from '../../source.ts';
import type { Told } from './asking-order.ts';
import type { Mirror } from './mirror.ts';
import type { MirrorUpdate } from './mirror-update.ts';
import { Mirrors } from './mirrors.ts';

let root: string;
let mirror: Mirror;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-update-'));
  const special = {
    makeNode: () => {
      throw new Error('no devices here');
    },
    setTimes: (path: string, entry: TarEntry) => {
      if (entry.type !== 'symlink') utimesSync(path, entry.mtime, entry.mtime);
    },
  };
  mirror = new Mirrors(root, special).acquire('k', '');
});
afterEach(() => rmSync(root, { recursive: true }));

const file = (name: string, size = 1) => tarEntry({ type: 'file', name, size, mtime: 1 });
const folder = (name: string) => tarEntry({ type: 'directory', name, mtime: 5 });
const symlink = (name: string, linkName: string) => tarEntry({ type: 'symlink', name, linkName });
const hardLink = (name: string, linkName: string) => tarEntry({ type: 'link', name, linkName });

/** An update whose list is complete, and the files that are to come. */
async function listed(entries: TarEntry[], wanted: readonly WantedPart[] = []) {
  const update = mirror.update(wanted);
  const coming = new Map<string, Told>();
  for (const entry of entries) {
    const told = update.add(entry);
    if (told) coming.set(entry.name, told);
  }
  await update.listed();
  const send = (name: string, content = 'x') => {
    const incoming = update.receive(coming.get(name) as Told);
    incoming.write(Buffer.from(content));
    incoming.finish();
  };
  return { update, send };
}

/** Which of what is waited for is here, by name. */
function waiting(update: MirrorUpdate, wants: Readonly<Record<string, string[]>>) {
  const here: string[] = [];
  for (const [name, sources] of Object.entries(wants)) void update.here({ sources }).then(() => here.push(name));
  return async () => {
    // Long enough for whatever needs nothing more.
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
    return here.splice(0);
  };
}

function asked(update: MirrorUpdate): string[] {
  const names: string[] = [];
  for (let told = update.next(); told; told = update.next()) names.push(told.entry.name);
  return names;
}

test('what is wanted is here when all of it has come, and nothing else is waited for', async () => {
  const { update, send } = await listed([folder('a'), file('a/x'), file('a/y'), folder('ab'), file('ab/z'), file('b')]);
  const here = waiting(update, { a: ['/a'], file: ['b'], all: ['.'], none: ['/c'], two: ['b', 'a/../ab/'] });
  expect(await here()).toEqual(['none']);
  send('a/x');
  send('b');
  expect(await here()).toEqual(['file']);
  send('a/y');
  expect(await here()).toEqual(['a']);
  expect(update.isComplete).toBe(false);
  send('ab/z');
  expect(await here()).toEqual(['all', 'two']);
  expect(update.isComplete).toBe(true);
});

test('wildcards and links are followed in the list', async () => {
  const { update, send } = await listed([
    ...[file('a.json'), folder('d'), file('d/real'), folder('d/e'), file('d/e/a.json'), file('far')],
    ...[symlink('l', 'd/real'), symlink('round', 'round'), symlink('z.json', '/far')],
  ]);
  const here = waiting(update, { json: ['*.json'], link: ['l'], round: ['round'], below: ['d/*/a*'], bad: ['[a'] });
  expect((await here()).sort()).toEqual(['bad', 'round']);
  send('d/real');
  send('a.json');
  expect(await here()).toEqual(['link']);
  send('far');
  expect(await here()).toEqual(['json']);
  send('d/e/a.json');
  expect(await here()).toEqual(['below']);
});

test('directories above what is kept with its parents are waited for with all they have', async () => {
  const { update, send } = await listed([folder('a'), file('a/x'), file('b')]);
  let isHere = false;
  void update.here({ sources: ['a/x'], parents: true }).then(() => {
    isHere = true;
  });
  send('a/x');
  await waiting(update, {})();
  expect(isHere).toBe(false);
  send('b');
  await waiting(update, {})();
  expect(isHere).toBe(true);
});

test('another name of a file is here with it, also where only the file has changed', async () => {
  const other = folder('o');
  const first = await listed([file('file'), other, hardLink('o/name', 'file')]);
  const here = waiting(first.update, { other: ['o'] });
  expect(await here()).toEqual([]);
  first.send('file', 'one');
  expect(await here()).toEqual(['other']);
  await first.update.finish();
  const { send, update } = await listed([file('file', 5), other, hardLink('o/name', 'file')]);
  const again = waiting(update, { other: ['o'] });
  expect(await again()).toEqual([]);
  send('file', 'three');
  expect(await again()).toEqual(['other']);
  expect(readFileSync(join(mirror.directory, 'o/name'), 'utf8')).toBe('three');
  const bad = mirror.update();
  bad.add(folder('o'));
  bad.add(hardLink('o/name', 'none'));
  expect(await bad.listed().catch(error => error.message)).toBe(
    'hard link o/name points to none, which is no file of the build context',
  );
});

test('what is not listed any more is gone, and directories have their times, before anybody is told', async () => {
  const before = await listed([folder('a'), file('a/x'), file('a/old'), file('kind')]);
  for (const name of ['a/x', 'a/old', 'kind']) before.send(name);
  await before.update.finish();
  const { update, send } = await listed([folder('a'), file('a/x', 3), folder('kind'), file('kind/y')]);
  expect(existsSync(join(mirror.directory, 'a/old'))).toBe(false);
  const here = waiting(update, { a: ['a'] });
  send('a/x', 'new');
  expect(await here()).toEqual(['a']);
  expect(lstatSync(join(mirror.directory, 'a')).mtimeMs).toBe(5000);
});

test('what steps want first is asked for first, and what is soon here before what takes long', async () => {
  const wanted = [
    { sources: ['src'], depth: 4 },
    { sources: ['large'], depth: 1 },
    { sources: ['src/lib/*.c'], depth: 1 },
  ];
  const entries = [
    ...[file('large', 1e8), file('nobody'), folder('src'), folder('src/app'), file('src/app/a')],
    ...[folder('src/lib'), file('src/lib/big.c', 1e6), file('src/lib/x.c'), file('src/lib/x.h')],
  ];
  const update = mirror.update(wanted);
  for (const entry of entries) update.add(entry);
  // While the list is coming, only what is small and surely wanted.
  expect(asked(update)).toEqual(['src/lib/x.c']);
  await update.listed();
  expect(asked(update)).toEqual(['src/lib/big.c', 'large', 'src/app/a', 'src/lib/x.h', 'nobody']);
});

test('what is wanted as a whole is asked for as it is listed', () => {
  const update = mirror.update([{ sources: ['.'], depth: 0 }]);
  for (const entry of [file('large', 1e8), file('small')]) update.add(entry);
  expect(asked(update)).toEqual(['large', 'small']);
});
