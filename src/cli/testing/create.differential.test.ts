// The same arguments through the real docker command line and this one must end in the same requests and messages.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createCases } from './create-cases.ts';
import { findDockerCli, runDocker, runOurs } from './docker-cli.ts';
import { type RecordedRequest, type Recorder, startRecorder } from './recorder.ts';
import { splitWords } from './split-words.ts';

const docker = findDockerCli();
if (docker === undefined) console.log('no docker command line 28 here: the comparison of requests is skipped');

describe.skipIf(docker === undefined)('requests of create and run equal those of docker 28', () => {
  let recorder: Recorder;

  beforeAll(async () => {
    recorder = await startRecorder([
      [/^POST \/containers\/create/, { status: 201, json: { Id: 'a'.repeat(64), Warnings: [] } }],
      [/^POST .*\/start/, { status: 204, text: '' }],
      [/^POST .*\/wait/, { json: { StatusCode: 0 } }],
    ]);
  });

  afterAll(() => recorder.close());

  // Docker waits for the end of a detached container too and does not look at the answer; we do not ask.
  const taken = () =>
    recorder
      .take()
      .filter(request => !request.path.endsWith('/wait'))
      .map(comparable);

  for (const line of createCases) {
    test(line, async () => {
      const words = splitWords(line);
      const theirs = { ...(await runDocker(docker!, recorder.host, words)), requests: taken() };
      const ours = { ...(await runOurs(recorder.host, words)), requests: taken() };
      expect({ ...ours, err: comparableText(ours.err) }).toEqual({ ...theirs, err: comparableText(theirs.err) });
    });
  }
});

/** Docker takes volumes and variables from Go maps: their order says nothing. */
function comparable(request: RecordedRequest): RecordedRequest {
  const body = request.body as { Env?: string[] | null; HostConfig?: { Binds?: string[] | null } } | undefined;
  body?.Env?.sort();
  body?.HostConfig?.Binds?.sort();
  return request;
}

/** Without what only this program says, and without blank lines. */
function comparableText(text: string): string {
  return text
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('Did you mean '))
    .join('\n');
}
