import { expect, test } from 'bun:test';
import { tmpdir } from 'node:os';
import { collectEnv } from '../container-config/env.ts';
import { readFile } from './read-input.ts';

test('what is no file is named before anything is sent', () => {
  expect(() => readFile('/no/such/file')).toThrow('open /no/such/file: no such file or directory');
  expect(() => readFile(tmpdir())).toThrow(`read ${tmpdir()}: is a directory`);
  expect(() => collectEnv([tmpdir()], [], {})).toThrow(
    `invalid env file (${tmpdir()}): read ${tmpdir()}: is a directory`,
  );
});
