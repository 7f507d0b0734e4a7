// Which texts are repositories, and what they say.
import { expect, test } from 'bun:test';
import { downloadName } from '../web-address.ts';
import { parseGitReference } from './git-reference.ts';

test.each([
  ['https://github.com/moby/buildkit.git', { remote: 'https://github.com/moby/buildkit.git', name: 'buildkit' }],
  ['https://host/a/b.git#v1:sub/../dir/', { remote: 'https://host/a/b.git', name: 'b', ref: 'v1', subdir: 'dir' }],
  ['https://host/b.git#:../../x', { remote: 'https://host/b.git', name: 'b', subdir: 'x' }],
  ['git@host:a/b.git#main', { remote: 'git@host:a/b.git', name: 'b', ref: 'main' }],
  ['git@host:b', { remote: 'git@host:b', name: 'b' }],
  ['ssh://git@host:2222/b', { remote: 'ssh://git@host:2222/b', name: 'b' }],
  ['git://host/b.git', { remote: 'git://host/b.git', name: 'b' }],
  [
    'https://host/b.git?branch=x&subdir=y&submodules=false&keep-git-dir',
    { remote: 'https://host/b.git', name: 'b', ref: 'refs/heads/x', subdir: 'y', submodules: false, keepGitDir: true },
  ],
])('%s', (text, expected) => {
  expect(parseGitReference(text)).toEqual(expected);
});

test.each([
  'https://host/a/b',
  'http://host/file.tar.gz',
  './x.git',
  '../a@b:c',
  '/abs',
  'dir/file',
  'a:b',
  'github.com/a/b',
])('%s is none', text => expect(parseGitReference(text)).toBeUndefined());

test('github.com/… is one for contexts', () => {
  const expected = { remote: 'https://github.com/a/b', name: 'b', ref: 'r' };
  expect(parseGitReference('github.com/a/b#r', { asContext: true })).toEqual(expected);
});

test('a query says one thing once', () => {
  expect(() => parseGitReference('https://host/b.git?tag=a&branch=b')).toThrow('branch conflicts with ref');
  expect(() => parseGitReference('https://host/b.git?foo=a')).toThrow('unexpected query "foo"');
});

test.each([
  ['http://h/a/b.txt?x=1#y', 'b.txt'],
  ['http://h/', '__unnamed__'],
  ['http://h', '__unnamed__'],
  ['http://h/a%2Fb', 'a_b'],
  ['http://h/dir/', 'dir'],
])('a download of %s is called %s', (address, name) => expect(downloadName(address)).toBe(name));
