// The users of a registry, from a terminal and from a pipe.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { berthCommand } from '../support/daemons/daemon.ts';
import { run } from '../support/run.ts';
import { Terminal } from '../support/terminal.ts';

let folder: string;
let users: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-passwd-'));
  users = join(folder, 'users');
});
afterEach(() => rmSync(folder, { recursive: true }));

const passwd = (...args: string[]) => [...berthCommand(), 'registry', 'passwd', '--cost', '4', ...args];
const hashOf = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(readFileSync(users, 'utf8'))?.[1] ?? '';
const isPassword = (name: string, text: string) =>
  Bun.password.verify(text, hashOf(name).replace('$2y$', '$2b$'), 'bcrypt');

test('a password from a pipe must be kept as bcrypt, beside those of others', async () => {
  for (const [name, secret] of [
    ['a', 'one'],
    ['b', 'two'],
    ['a', 'three'],
  ] as const) {
    expect(await run(passwd(users, name), { stdin: `${secret}\n` })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  }
  expect(readFileSync(users, 'utf8').trim().split('\n')).toHaveLength(2);
  expect(await isPassword('a', 'three')).toBe(true);
  expect(await isPassword('b', 'two')).toBe(true);
  expect(await run([...berthCommand(), 'registry', 'passwd', '-D', users, 'a'])).toMatchObject({ code: 0 });
  expect(hashOf('a')).toBe('');
});

test('a password must not be shown where it is typed', async () => {
  await using terminal = new Terminal(passwd(users, 'me'));
  await terminal.expect(/Password of me: /);
  terminal.type('secrex\x7ft\r');
  expect(await terminal.exited).toBe(0);
  expect(terminal.screen).not.toContain('secre');
  expect(await isPassword('me', 'secret')).toBe(true);
});

test('names that mean something else, and no password, must be refused', async () => {
  for (const name of ['anonymous', '@dev', '*', 'a:b', '']) {
    expect((await run(passwd(users, name), { stdin: 'x' })).code).toBe(1);
  }
  expect((await run(passwd(users, 'a'), { stdin: '' })).code).toBe(1);
  expect((await run(passwd(users))).code).toBe(1);
  expect(existsSync(users)).toBe(false);
});
