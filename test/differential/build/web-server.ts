// The web that ADD sees: a few files and a git repository on one address. A program of its own, so that it can run in
// the network namespace of the peer, too: `bun web-server.ts DIRECTORY WEB_PORT GIT_PORT`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { archiveOf } from './write-context.ts';

const modified = 'Mon, 01 Jun 2015 00:00:00 GMT';
const plain = 'from the web\n';
const archive = gzipSync(archiveOf({ 'in/one': '1', top: 't' }));

const pages: Readonly<Record<string, string | Buffer>> = {
  '/plain.txt': plain,
  '/some%20dir/plain.txt?x=1': plain,
  '/': 'index',
  '/a.tar.gz': archive,
};

function serveWeb(port: number): void {
  createServer((request, response) => {
    const page = pages[request.url ?? ''];
    if (request.url === '/moved') response.writeHead(302, { Location: '/plain.txt' }).end();
    else if (page === undefined) response.writeHead(404).end('no such page');
    else response.writeHead(200, { 'Last-Modified': modified }).end(page);
  }).listen(port, '127.0.0.1');
}

/** A repository with a tag `v1` and one commit more, in `directory/repo.git`. */
function makeRepository(directory: string): void {
  const repository = join(directory, 'repo.git');
  mkdirSync(join(repository, 'sub'), { recursive: true });
  const git = (...args: string[]) => {
    const identity = { GIT_AUTHOR_DATE: '2015-06-01T00:00:00Z', GIT_COMMITTER_DATE: '2015-06-01T00:00:00Z' };
    const settings = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
    const env = { ...identity, PATH: process.env.PATH, HOME: directory };
    const { status, stderr } = spawnSync('git', [...settings, ...args], { cwd: repository, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  git('init', '-q', '-b', 'main');
  writeFileSync(join(repository, 'sub/inner'), 'inner\n');
  writeFileSync(join(repository, 'version'), '1\n');
  writeFileSync(join(repository, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  git('add', '.');
  git('commit', '-qm', 'one');
  git('tag', 'v1');
  writeFileSync(join(repository, 'version'), '2\n');
  git('commit', '-qam', 'two');
}

const [directory = '', web = '', git = ''] = process.argv.slice(2);
makeRepository(directory);
const options = ['--export-all', `--base-path=${directory}`, '--listen=127.0.0.1', `--port=${git}`, '--reuseaddr'];
const daemon = spawn('git', ['daemon', ...options, directory], { stdio: 'ignore' });
process.on('SIGTERM', () => {
  daemon.kill();
  process.exit(0);
});
serveWeb(Number(web));
