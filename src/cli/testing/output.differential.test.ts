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
      const theirs = { ...(await runDocker(docker!, recorder.host, words)), requests: recorder.take() };
      const ours = { ...(await runOurs(recorder.host, words)), requests: recorder.take() };
      expect(comparable(ours)).toEqual(comparable(theirs));
    });
  }
});

interface Result {
  code: number;
  out: string;
  err: string;
  requests: RecordedRequest[];
}

/**
 * What has to be the same. Left out: the version of the program itself; what only this program says; the order of
 * requests that are made at the same time; and the requests of a command that fails before or while it looks for its
 * object, where docker asks in a different order or more often.
 */
function comparable({ code, out, err, requests }: Result): unknown {
  return {
    code,
    out: out.replace(/^ Version: +\S+$/m, ' Version: x'),
    err: err
      .split('\n')
      .filter(line => line.trim() !== '' && !line.startsWith('Did you mean '))
      .join('\n')
      .replace("SRun 'docker images", "Run 'docker images"),
    requests: code === 0 ? requests.filter(isComparable).map(comparableRequest).sort(byPath) : [],
  };
}

/** `stats` of docker listens for news even when it shows one picture only. */
const isComparable = ({ path }: RecordedRequest) => path !== '/events';

const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);

/** Filters may be written as lists or as objects: both mean the same. */
function comparableRequest(request: RecordedRequest) {
  const { filters, ...query } = request.query;
  const parsed = JSON.parse(filters || '{}') as Record<string, string[] | Record<string, boolean>>;
  const lists = Object.entries(parsed).map(([key, value]) => [key, Array.isArray(value) ? value : Object.keys(value)]);
  return { ...request, query: { ...query, filters: Object.fromEntries(lists.sort()) } };
}
