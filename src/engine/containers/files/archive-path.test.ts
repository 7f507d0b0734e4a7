import { expect, test } from 'bun:test';
import { systemCallError } from '../../../kernel/index.ts';
import { invalid, notFound } from '../../../lib/errors.ts';
import { cleanArchivePath, explainPath } from './archive-path.ts';

test('paths become absolute and clean, their end stays', () => {
  const cases = {
    './': '/.',
    '//./': '/.',
    'a/./': '/a/.',
    '/': '/',
    '//': '/',
    etc: '/etc',
    '/etc/': '/etc/',
    '/etc/.': '/etc/.',
    '.': '/.',
    '/.': '/.',
    '/bin/../etc//passwd': '/etc/passwd',
    '../../..': '/',
    '/a/..': '/',
  };
  for (const [typed, clean] of Object.entries(cases)) expect(cleanArchivePath(typed)).toBe(clean);
  for (const none of [undefined, '']) expect(() => cleanArchivePath(none)).toThrow('cannot be empty');
  expect(() => cleanArchivePath('/a\0b')).toThrow('NUL');
});

test('what the kernel says is told in Docker’s words', () => {
  const asked = { path: 'x/y', clean: '/x/y', container: 'web' };
  const explain = (code: 'ENOENT' | 'ENOTDIR' | 'ELOOP' | 'EIO') => explainPath(systemCallError('open', code), asked);
  expect(explain('ENOENT')).toMatchObject(notFound('Could not find the file x/y in container web'));
  expect(explain('ENOTDIR')).toMatchObject({ kind: 'system', message: 'lstat /x/y: not a directory' });
  expect(explain('ELOOP')).toMatchObject({ kind: 'system', message: 'lstat /x/y: too many levels of symbolic links' });
  expect(explain('EIO')).toMatchObject({ kind: 'system' });
  const mine = invalid('mine');
  expect(explainPath(mine, asked)).toBe(mine);
  const bug = new TypeError('bug');
  expect(explainPath(bug, asked)).toBe(bug);
});
