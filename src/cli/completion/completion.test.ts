// What is offered for half a line, and the bash script as bash itself runs it.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpServer } from '../../lib/http/http-server.ts';
import { runCli } from '../run-cli.ts';
import { fakeIo } from '../testing/fake-io.ts';
import { completionScript } from './scripts.ts';

const answers: Readonly<Record<string, unknown>> = {
  containers: [{ Names: ['/web'] }, { Names: ['/db', '/web/link'] }],
  images: [{ RepoTags: ['busybox:latest', 'reg:5000/app:1'] }, { RepoTags: ['<none>:<none>'] }],
  volumes: { Volumes: [{ Name: 'data' }] },
  networks: [{ Name: 'bridge' }, { Name: 'host' }],
};

let folder: string;
let server: HttpServer;
const asked: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-complete-'));
  server = new HttpServer(exchange => {
    asked.push(decodeURIComponent(exchange.target));
    const [, noun = ''] = /^\/v[\d.]+\/(\w+)/.exec(exchange.target) ?? [];
    exchange.send(200, {}, JSON.stringify(answers[noun]));
  });
  await server.listen({ path: join(folder, 's') });
  const auths = {
    'https://index.docker.io/v1/': {},
    'registry.example.com:5000': {},
    'https://old.example.com/v1/': {},
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths }));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const environment = () => ({ DOCKER_HOST: `unix://${join(folder, 's')}`, DOCKER_CONFIG: folder });

/** The words, and the directive. */
async function complete(...words: string[]): Promise<[string[], string]> {
  const io = fakeIo({ environment: environment() });
  await runCli(['__completeNoDesc', ...words], io);
  const lines = io.out().trimEnd().split('\n');
  return [lines.slice(0, -1), lines.at(-1) ?? ''];
}

test.each([
  [['con'], ['container', 'context'], ':4'],
  [['context', 'u'], ['update', 'use'], ':4'],
  [['-D', '--log-level', 'debug', 'volume', 'r'], ['rm'], ':4'],
  [['run', '--rest'], ['--restart'], ':4'],
  [['run', '--restart', ''], ['always', 'no', 'on-failure', 'unless-stopped'], ':4'],
  [['run', '--restart=o'], ['--restart=on-failure'], ':4'],
  [['run', '--network', 'container:w'], ['container:web'], ':4'],
  [['run', '-it', '-e', 'A=1', 'b'], ['busybox', 'busybox:latest'], ':4'],
  [['run', 'reg:5'], ['reg:5000/app:1'], ':4'],
  [['logout', ''], ['old.example.com', 'registry.example.com:5000'], ':4'],
  [['push', 'b'], ['busybox', 'busybox:latest'], ':4'],
  [['run', 'busybox', ''], [], ':0'],
  [['run', '-it', 'busybox', '--rm'], [], ':0'],
  [['run', '--env-file', ''], [], ':0'],
  [['run', '-e', ''], [], ':4'],
  [['rm', 'web', ''], ['db'], ':4'],
  [['exec', 'web', ''], [], ':4'],
  [['volume', 'rm', ''], ['data'], ':4'],
  [['network', 'connect', 'bridge', ''], ['web', 'db'], ':4'],
  [['inspect', 'd'], ['db', 'data'], ':4'],
  [['context', 'use', ''], ['default'], ':4'],
  [['ps', '--no'], ['--no-trunc'], ':4'],
  [['nosuch', ''], [], ':4'],
])('%j', async (words, offered, directive) => {
  expect(await complete(...words)).toEqual([offered, directive]);
});

test('only containers that a command can do something with are offered', async () => {
  await complete('start', '');
  expect(asked.at(-1)).toContain('{"status":["exited","created"]}');
});

test('a daemon that does not answer has nothing to offer', async () => {
  const io = fakeIo({ environment: { DOCKER_HOST: 'unix:///nonexistent', DOCKER_CONFIG: folder } });
  expect(await runCli(['__complete', 'rm', ''], io)).toBe(0);
  expect(io.out()).toBe(':4\n');
});

test('bash completes words with colons and equals signs in them', () => {
  const program = join(folder, 'berth');
  const main = join(import.meta.dir, '../../main.ts');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(program, 0o755);
  const script = `${completionScript('bash', 'berth', { descriptions: true })}
    compopt() { echo "compopt $*"; }
    try() { COMP_LINE=$1; COMP_POINT=\${#1}; _berth_complete; echo "\${COMPREPLY[*]}"; }
    try 'berth context u'; try 'berth run reg:5'; try 'berth run --restart=o'; try 'berth run --env-file '
    complete -p berth`;
  // A daemon in this process could not answer while it waits for bash: nothing here asks one but images.
  const { stdout, stderr } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH}`, DOCKER_CONFIG: folder, DOCKER_HOST: 'unix:///nonexistent' },
  });
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toEqual([
    ...['update use', '', 'on-failure', 'compopt -o default', ''],
    ...['complete -F _berth_complete berth', ''],
  ]);
});

test('every script asks for its own program', () => {
  for (const shell of ['bash', 'fish', 'powershell', 'zsh'] as const) {
    const script = completionScript(shell, 'docker', { descriptions: true });
    expect(script).not.toMatch(/PROGRAM|ASK/);
    expect(script).toMatch(/docker/);
    expect(completionScript(shell, 'docker', { descriptions: false })).toContain('__completeNoDesc');
  }
});
