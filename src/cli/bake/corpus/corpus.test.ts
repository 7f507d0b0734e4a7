// What `berth bake` makes of the corpus must be what buildx 0.29 made of it.
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../run-cli.ts';
import { fakeIo } from '../../testing/fake-io.ts';
import { type BakeAnswer, type BakeCase, comparableAnswer, readCorpus, stageCase } from './bake-corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-bake-corpus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function answerOf(one: BakeCase, directory: string): Promise<BakeAnswer> {
  const { environment, args, stdin } = stageCase(one, directory);
  const io = fakeIo({ environment: { DOCKER_CONFIG: join(folder, 'none'), ...environment }, directory, stdin });
  const code = await runCli(['bake', ...args], io);
  return comparableAnswer(code, io.out(), io.err());
}

for (const [file, cases] of readCorpus()) {
  describe(file, () => {
    for (const [at, one] of cases.entries()) {
      test(one.name, async () => {
        expect(await answerOf(one, join(folder, `${file}-${at}`))).toEqual(one.answer);
      });
    }
  });
}
