// What `login`, `logout` and the commands that use credentials print, ask for and write must equal what the real ones do.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Circumstances, findDockerCli, type Outcome, runDocker, runOurs } from './docker-cli.ts';
import { type Recorder, startRecorder } from './recorder.ts';

const docker = findDockerCli();
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
const known = {
  auths: {
    'https://index.docker.io/v1/': auth('hub:pw'),
    'registry.example.com:5000': auth('me:secret'),
    'https://old.example.com/v1/': auth('old:pass'),
  },
  psFormat: 'table {{.ID}}',
};

const cases: [line: string, circumstances?: { config?: object; stdin?: string }][] = [
  ['login -u me -p secret registry.example.com:5000'],
  ['login -u me -p token https://token.example.com/v2/'],
  ['login -u me -p wrong registry.example.com'],
  ['login -u me -p x --password-stdin'],
  ['login --password-stdin'],
  ['login -u me'],
  ['login --username= -p secret registry.example.com:5000'],
  ['login -u me --password= registry.example.com:5000'],
  ['login a b'],
  ['login -u hub --password-stdin', { stdin: 'pw\r\n' }],
  ['login -u hub --password-stdin docker.io', { stdin: ' p w \n' }],
  ['login', { config: known }],
  ['login registry.example.com:5000', { config: known }],
  ['login -u me -p secret registry.example.com:5000', { config: known }],
  ['login -u you -p other registry.example.com:5000', { config: known }],
  ['login nobody.example.com', { config: known }],
  ['logout'],
  ['logout', { config: known }],
  ['logout registry.example.com:5000', { config: known }],
  ['logout https://registry.example.com:5000/v2/', { config: known }],
  ['logout old.example.com', { config: known }],
  ['logout a b'],
  ['pull old.example.com/x:1', { config: known }],
  ['pull busybox', { config: known }],
  ['push registry.example.com:5000/x', { config: known }],
  ['search registry.example.com:5000/x', { config: known }],
];

describe.skipIf(docker === undefined)('credentials are dealt with as docker 28 does', () => {
  let recorder: Recorder;
  let root: string;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'berth-login-'));
    recorder = await startRecorder([
      [
        /^POST \/auth$/,
        ({ body }) => {
          const { password } = body as { password?: string };
          if (password === 'wrong') return { status: 401, json: { message: 'unauthorized: incorrect password' } };
          return { json: { Status: 'Login Succeeded', IdentityToken: password === 'token' ? 'id' : '' } };
        },
      ],
      [/^POST \/images\//, { text: '' }],
      [/^GET \/images\/search$/, { json: [] }],
    ]);
  });

  afterAll(async () => {
    await recorder.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** Runs with a fresh configuration; what is written there is part of the outcome. */
  async function outcome(
    run: (circumstances: Circumstances) => Promise<Outcome>,
    { config, stdin }: { config?: object; stdin?: string },
  ) {
    const folder = join(root, 'config');
    const file = join(folder, 'config.json');
    rmSync(folder, { recursive: true, force: true });
    if (config) {
      mkdirSync(folder);
      writeFileSync(file, JSON.stringify(config), { mode: 0o644 });
    }
    const { code, out, err } = await run({ folder, stdin });
    const written = existsSync(file) && { mode: statSync(file).mode, config: JSON.parse(readFileSync(file, 'utf8')) };
    const said = err.split('\n').filter(line => line.trim() !== '');
    return { code, out, err: said.map(line => line.replace(/^SRun/, 'Run')), written, requests: recorder.take() };
  }

  for (const [line, circumstances = {}] of cases) {
    test(`${line}${circumstances.config ? ' (known)' : ''}`, async () => {
      const words = line.split(' ');
      const theirs = await outcome(given => runDocker(docker!, recorder.host, words, given), circumstances);
      const ours = await outcome(given => runOurs(recorder.host, words, given), circumstances);
      expect(ours).toEqual(theirs);
    });
  }
});
