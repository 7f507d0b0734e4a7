import { expect, test } from 'bun:test';
import { parseDockerfile } from './parse-dockerfile.ts';
import { unusedArgs } from './unused-args.ts';

test('arguments count as used where any ARG names them', () => {
  const file = parseDockerfile('ARG global\nFROM a\nARG one=1 two\nFROM b\nARG three\n', { name: 'Dockerfile' });
  const given = ['global', 'two', 'three', 'typo', 'another', 'http_proxy', 'NO_PROXY', 'BUILDKIT_INLINE_CACHE'];
  expect(unusedArgs(file, given)).toEqual(['another', 'typo']);
});
