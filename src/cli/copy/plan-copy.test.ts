import { expect, test } from 'bun:test';
import { base, clean, followed, keepEnd, splitEntry } from './go-path.ts';
import { planCopy, renameEntry } from './plan-copy.ts';

const file = (path: string) => ({ path, exists: true, isDirectory: false });
const folder = (path: string) => ({ path, exists: true, isDirectory: true });
const nothing = (path: string) => ({ path, exists: false, isDirectory: false });

test('paths are taken apart as Go does', () => {
  expect(['', '.', './', '/', '//', '/a/', 'a/..', '/../a//b/'].map(clean)).toEqual([
    '.',
    '.',
    '.',
    '/',
    '/',
    '/a',
    '.',
    '/a/b',
  ]);
  expect(['', '/', '/a/', '/a/.', 'b'].map(base)).toEqual(['.', '/', 'a', '.', 'b']);
  expect(keepEnd('/a', 'a/.')).toBe('/a/.');
  expect(keepEnd('/a', 'a/')).toBe('/a/');
  expect(splitEntry('/a/b/')).toEqual({ directory: '/a/', entry: 'b' });
  expect(splitEntry('/a/b/.')).toEqual({ directory: '/a/b/', entry: '.' });
  expect(splitEntry('/.')).toEqual({ directory: '/', entry: '.' });
  expect(followed('/link/', '/target')).toEqual({ path: '/target/', rebase: 'link' });
  expect(followed('/same', '/other/same')).toEqual({ path: '/other/same', rebase: undefined });
});

test('into a directory everything keeps its name', () => {
  expect(planCopy(file('/f'), folder('/d'))).toEqual({ directory: '/d', rename: undefined });
  expect(planCopy(folder('/s/.'), folder('/d/'))).toEqual({ directory: '/d/', rename: undefined });
});

test('what is new gets the name of the destination', () => {
  expect(planCopy(file('/f'), nothing('/d/g'))).toEqual({ directory: '/d', rename: { from: 'f', to: 'g' } });
  expect(planCopy(folder('/s'), nothing('/n/'))).toEqual({ directory: '/', rename: { from: 's', to: 'n' } });
  expect(planCopy(folder('/s/.'), nothing('/n'))).toEqual({ directory: '/', rename: { from: '.', to: 'n' } });
  const linked = { ...file('/real'), rebase: 'link' };
  expect(planCopy(linked, file('/d/old'))).toEqual({ directory: '/d', rename: { from: 'link', to: 'old' } });
});

test('what cannot be is refused in Docker’s words', () => {
  expect(() => planCopy(folder('/s'), file('/f'))).toThrow('cannot copy directory');
  expect(() => planCopy(file('/f'), nothing('/d/'))).toThrow('no such directory');
  expect(() => planCopy(file('/f'), nothing('/d/.'))).toThrow('no such directory');
});

test('only the beginning of a name changes', () => {
  expect(renameEntry('a/a/b', { from: 'a', to: 'x$&' })).toBe('x$&/a/b');
  expect(renameEntry('./a', { from: '.', to: 'n' })).toBe('n/a');
  expect(renameEntry('/a', { from: '/', to: 'n' })).toBe('n/a');
  expect(renameEntry('a', undefined)).toBe('a');
});
