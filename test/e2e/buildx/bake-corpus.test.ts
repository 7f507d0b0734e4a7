// The corpus of bake files says what buildx really says of them. BERTH_RECORD_BAKE=1 writes it down anew.
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BakeAnswer,
  type BakeCase,
  comparableAnswer,
  readCorpus,
  stageCase,
  writeCorpus,
} from '../../../src/cli/bake/corpus/bake-corpus.ts';
import { findPlugins } from '../../support/builds/buildx.ts';
import { run } from '../../support/run.ts';

const plugins = findPlugins().find(({ version }) => version === 29);
const folder = mkdtempSync(join(tmpdir(), 'berth-bake-corpus-'));
const records = process.env.BERTH_RECORD_BAKE === '1';
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function answerOf(buildx: string, one: BakeCase, directory: string): Promise<BakeAnswer> {
  const { environment, args, stdin } = stageCase(one, directory);
  const env = { DOCKER_CONFIG: join(folder, 'config'), HOME: folder, ...environment };
  const options = { cwd: directory, env, ...(stdin !== undefined && { stdin }) };
  const { code, stdout, stderr } = await run([buildx, 'bake', '--progress', 'plain', ...args], options);
  return comparableAnswer(code, stdout, stderr);
}

/** Of several mistakes buildx tells now this one first and now that: what is written down has to be among its answers. */
async function settledAnswer(buildx: string, one: BakeCase, directory: string): Promise<BakeAnswer> {
  let answer = await answerOf(buildx, one, directory);
  for (let more = 9; more > 0 && !records && !Bun.deepEquals(answer, one.answer); more--) {
    answer = await answerOf(buildx, one, directory);
  }
  return answer;
}

describe.skipIf(plugins === undefined)('docker buildx 0.29', () => {
  const buildx = plugins?.buildx ?? '';
  for (const [file, cases] of readCorpus()) {
    test(`says of ${file} what is written down`, async () => {
      const answers: BakeCase[] = [];
      for (const [at, one] of cases.entries()) {
        answers.push({ ...one, answer: await settledAnswer(buildx, one, join(folder, `${file}-${at}`)) });
      }
      if (records) writeCorpus(file, answers);
      else expect(answers).toEqual([...cases]);
    }, 120_000);
  }
});
