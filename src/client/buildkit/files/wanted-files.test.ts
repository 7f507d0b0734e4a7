// Which files of a directory are sent, by BuildKit's patterns.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { followLinks } from './follow-links.ts';
import { wantedFiles } from './wanted-files.ts';

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-wanted-'));
  for (const path of [
    'a/b/c',
    'a/b/d',
    'a/e',
    'f',
    'node_modules/x/y',
    'node_modules/keep/z',
    'src/1.go',
    'src/2.md',
  ]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  symlinkSync('a/b', join(root, 'link'));
  symlinkSync('/link/c', join(root, 'far'));
  symlinkSync('../../../../f', join(root, 'out'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function names(include: string[], exclude: string[]): (string | undefined)[] {
  return [...wantedFiles(root, { include, exclude })].flat().map(({ stat }) => stat.path);
}

describe('files that are sent', () => {
  test('have their attributes, which nobody looks for at others', () => {
    const asked: string[] = [];
    const facts = () => undefined;
    const attributes = (path: string) => {
      asked.push(path);
      return path.endsWith('/e') ? { 'user.x': Buffer.from('y') } : undefined;
    };
    const files = [...wantedFiles(root, { include: ['a/e', 'f'], exclude: [], reader: { facts, attributes } })].flat();
    expect(files.map(({ stat }) => [stat.path, Object.keys(stat.xattrs ?? {})])).toEqual([
      ['a', []],
      ['a/e', ['user.x']],
      ['f', []],
    ]);
    expect(asked).toEqual(['a', 'a/e', 'f'].map(path => join(root, path)));
  });

  test('are all without patterns, parents first, and belong to root', () => {
    const files = [...wantedFiles(root, { include: [], exclude: [] })].flat();
    expect(files.map(({ stat }) => stat.path).slice(0, 5)).toEqual(['a', 'a/b', 'a/b/c', 'a/b/d', 'a/e']);
    expect(files.every(({ stat }) => (stat.uid ?? 0) === 0 && (stat.gid ?? 0) === 0)).toBe(true);
  });

  test('are only those included, with the directories above', () => {
    expect(names(['a/b/c'], [])).toEqual(['a', 'a/b', 'a/b/c']);
    expect(names(['a/b'], [])).toEqual(['a', 'a/b', 'a/b/c', 'a/b/d']);
    expect(names(['**/*.md'], [])).toEqual(['src', 'src/2.md']);
    expect(names(['nothing/here'], [])).toEqual([]);
  });

  test('are links to the first of their names that is wanted', () => {
    const place = mkdtempSync(join(tmpdir(), 'berth-linked-'));
    try {
      writeFileSync(join(place, 'a'), 'x');
      for (const name of ['b', 'c']) linkSync(join(place, 'a'), join(place, name));
      const links = (exclude: string[]) =>
        [...wantedFiles(place, { include: [], exclude })]
          .flat()
          .map(({ stat }) => [stat.path, stat.linkname ?? '', stat.size]);
      expect(links([])).toEqual([
        ['a', '', 1],
        ['b', 'a', 0],
        ['c', 'a', 0],
      ]);
      expect(links(['a'])).toEqual([
        ['b', '', 1],
        ['c', 'b', 0],
      ]);
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  test('are not those excluded, but for exceptions and the directories above them', () => {
    expect(names([], ['*', '!src/*.go'])).toEqual(['src', 'src/1.go']);
    expect(names([], ['a', 'link', 'far', 'out', 'src', 'node_modules', '!node_modules/keep'])).toEqual([
      ...['f', 'node_modules', 'node_modules/keep', 'node_modules/keep/z'],
    ]);
    expect(names(['a'], ['a/b'])).toEqual(['a', 'a/e']);
  });
});

describe('links are followed', () => {
  test('to all that they lead to, never outside', () => {
    expect(followLinks(root, ['link'])).toEqual(['a/b', 'link']);
    expect(followLinks(root, ['far'])).toEqual(['a/b/c', 'far', 'link']);
    expect(followLinks(root, ['out'])).toEqual(['f', 'out']);
    expect(followLinks(root, ['../../f'])).toEqual(['f']);
  });

  test('past files where directories were meant', () => {
    expect(followLinks(root, ['f/x'])).toEqual(['f/x']);
    expect(followLinks(root, ['out/x/y'])).toEqual(['f/x/y', 'out']);
  });

  test('with wildcards, and without what lies below something else', () => {
    expect(followLinks(root, ['lin*'])).toEqual(['a/b', 'lin*']);
    expect(followLinks(root, ['a', 'a/b', 'missing'])).toEqual(['a', 'missing']);
    expect(followLinks(root, ['f', '/'])).toEqual([]);
  });
});
