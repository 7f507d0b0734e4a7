// What `create` does about an image that is not there must equal what the real one does.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { findDockerCli, runDocker, runOurs } from './docker-cli.ts';
import { type RecordedRequest, type Recorder, startRecorder } from './recorder.ts';

const docker = findDockerCli();

const cases = [
  'create absent',
  'create absent:1',
  'create --quiet absent',
  'create --pull always present',
  'create --pull always --quiet present',
  'create --pull never absent',
  'create --pull missing absent',
  'create --pull sometimes absent',
  'create --platform linux/ARM64/8 absent',
  'create --platform linux/amd64/v1 present',
  'create --platform arm64 present',
  'create --platform foo present',
  'create --platform foo/ present',
  'create registry.example.com:5000/team/absent',
  `create absent:1@sha256:${'a'.repeat(64)}`,
  'create absent-broken',
  'run absent-broken',
];

describe.skipIf(docker === undefined)('images are pulled for containers as docker 28 does', () => {
  let recorder: Recorder;
  let pulled = false;

  beforeAll(async () => {
    recorder = await startRecorder([
      [
        /^POST \/containers\/create$/,
        ({ body }) => {
          const { Image } = body as { Image: string };
          if (Image.includes('absent') && !pulled) return { status: 404, json: { message: `No such image: ${Image}` } };
          return { status: 201, json: { Id: 'a'.repeat(64), Warnings: [] } };
        },
      ],
      [
        /^POST \/images\/create$/,
        ({ query }) => {
          pulled = true;
          const error = query.fromImage?.endsWith('broken') && { errorDetail: { message: 'unexpected EOF' } };
          const lines = [{ status: 'Pulling from library/x', id: '1' }, error || { status: 'Status: done' }];
          return { text: lines.map(line => `${JSON.stringify(line)}\n`).join('') };
        },
      ],
    ]);
  });

  afterAll(() => recorder.close());

  for (const line of cases) {
    test(line, async () => {
      const words = line.split(' ');
      const outcomes = [];
      for (const run of [() => runDocker(docker!, recorder.host, words), () => runOurs(recorder.host, words)]) {
        pulled = false;
        const { code, out, err } = await run();
        const said = err.split('\n').filter(text => text.trim() !== '');
        outcomes.push({ code, out, said, requests: recorder.take().map(withoutBody) });
      }
      expect(outcomes[1]).toEqual(outcomes[0]);
    });
  }
});

/** What a container is made of is compared elsewhere. */
function withoutBody({ body: _, ...request }: RecordedRequest): object {
  return request;
}
