import { expect, test } from 'bun:test';
import type { BuildHistoryEvent } from '../../../api/buildkit/history.ts';
import { readProvenance } from './read-provenance.ts';

const predicate = { builder: { id: '' }, buildType: 't', invocation: {}, buildConfig: {}, metadata: {} };
const annotations = { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v0.2' };
const told = { attestations: [{ digest: 'sha256:sbom' }, { digest: 'sha256:p', annotations }] };

function remembering(record: Partial<BuildHistoryEvent['record']>) {
  return {
    async *history() {
      yield { type: 0, record: { ref: 'r' } } as BuildHistoryEvent;
      yield { type: 1, record: { ref: 'r', ...record } } as BuildHistoryEvent;
    },
    content: async (digest: string) =>
      Buffer.from(JSON.stringify(digest === 'sha256:p' ? predicate : { wrong: digest })),
  };
}

test('of one result its provenance, as much as the environment asks for', async () => {
  const buildkit = remembering({ result: told });
  const read = (wanted?: string) => readProvenance(buildkit, 'r', { BUILDX_METADATA_PROVENANCE: wanted });
  const { buildConfig, metadata, ...least } = predicate;
  for (const text of [undefined, 'min', '1', 'what']) {
    expect(await read(text)).toEqual({ 'buildx.build.provenance': least });
  }
  expect(await read('max')).toEqual({ 'buildx.build.provenance': predicate });
  for (const text of ['disabled', 'false', '0']) expect(await read(text)).toEqual({});
});

test('of several platforms one each; nothing of a build that nobody remembers', async () => {
  const results = { 'linux/amd64': told, 'linux/arm64': { attestations: [] } };
  const found = await readProvenance(remembering({ results }), 'r', { BUILDX_METADATA_PROVENANCE: 'max' });
  expect(found).toEqual({ 'buildx.build.provenance/linux/amd64': predicate });
  expect(await readProvenance(remembering({ result: told }), 'other', {})).toEqual({});
});
