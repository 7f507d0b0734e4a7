// What a repository's files say, as git itself would.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitAttributes } from './git-facts.ts';

let folder = '';
let repository = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-git-'));
  repository = join(folder, 'repository');
  mkdirSync(join(repository, 'sub', 'dir'), { recursive: true });
  git('init', '-q', '-b', 'main');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const identity = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
function git(...args: string[]): string {
  const env = { ...process.env, ...identity, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return execFileSync('git', ['-C', repository, ...args], { env })
    .toString()
    .trim();
}
const commit = () => {
  git('commit', '-q', '--allow-empty', '-m', 'x');
  return git('rev-parse', 'HEAD');
};

test('a commit, where it comes from without a password, and the place in the repository', () => {
  const revision = commit();
  git('remote', 'add', 'origin', 'https://user:secret@example.com/one.git');
  const context = join(repository, 'sub', 'dir');
  const facts = { 'vcs:revision': revision, 'vcs:source': 'https://xxxxx:xxxxx@example.com/one.git' };
  const found = gitAttributes({ context, dockerfile: repository, other: folder });
  expect(found).toEqual({ ...facts, 'vcs:localdir:context': 'sub/dir', 'vcs:localdir:dockerfile': '.' });
  git('pack-refs', '--all');
  expect(gitAttributes({ context })['vcs:revision']).toBe(revision);
  git('checkout', '-q', '--detach');
  expect(gitAttributes({ context })['vcs:revision']).toBe(revision);
});

test('the remote of the branch counts most', () => {
  commit();
  git('remote', 'add', 'origin', 'ssh://git@o/x');
  git('remote', 'add', 'mine', 'ssh://git@m/x');
  git('config', 'branch.main.remote', 'mine');
  expect(gitAttributes({ context: repository })['vcs:source']).toContain('@m/x');
});

test('a work tree of its own has its own commit', () => {
  const first = commit();
  const tree = join(folder, 'tree');
  git('worktree', 'add', '-q', tree);
  expect(commit()).not.toBe(first);
  expect(gitAttributes({ context: tree })).toEqual({ 'vcs:revision': first, 'vcs:localdir:context': '.' });
});

test('what is no repository, or has no commit, says nothing of one', () => {
  expect(gitAttributes({ context: folder })).toEqual({});
  expect(gitAttributes({})).toEqual({});
  expect(gitAttributes({ context: repository })).toEqual({ 'vcs:localdir:context': '.' });
  writeFileSync(join(repository, '.git', 'HEAD'), 'nonsense');
  expect(gitAttributes({ context: repository })['vcs:revision']).toBeUndefined();
});
