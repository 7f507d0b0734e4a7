// What this command line prints and asks for must equal what the real one prints and asks for.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { daemonAnswers } from './daemon-answers.ts';
import { findDockerCli, runDocker, runOurs } from './docker-cli.ts';
import { outputCases, titleOf } from './output-cases.ts';
import { type RecordedRequest, type Recorder, startRecorder } from './recorder.ts';

const docker = findDockerCli();
if (docker === undefined) console.log('no docker command line 28 here: the comparison of output is skipped');

describe.skipIf(docker === undefined)('output equals that of docker 28', () => {
  let recorder: Recorder;

  beforeAll(async () => {
    recorder = await startRecorder(daemonAnswers);
  });

  afterAll(() => recorder.close());

  for (const words of outputCases) {
    test(titleOf(words), async () => {
      const theirs = { ...(await runDocker(docker!, recorder.host, words)), requests: recorder.take().map(comparable) };
      const ours = { ...(await runOurs(recorder.host, words)), requests: recorder.take().map(comparable) };
      expect({ ...ours, err: comparableText(ours.err) }).toEqual({ ...theirs, err: comparableText(theirs.err) });
    });
  }
});

/** Filters may be written as lists or as objects: both mean the same. */
function comparable(request: RecordedRequest): RecordedRequest {
  const { filters, ...query } = request.query;
  if (filters === undefined) return request;
  const parsed = JSON.parse(filters) as Record<string, string[] | Record<string, boolean>>;
  const lists = Object.entries(parsed).map(([key, value]) => [key, Array.isArray(value) ? value : Object.keys(value)]);
  return { ...request, query: { ...query, filters: JSON.stringify(Object.fromEntries(lists.sort())) } };
}

function comparableText(text: string): string {
  return text
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('Did you mean '))
    .join('\n');
}
