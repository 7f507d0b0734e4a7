import { expect, test } from 'bun:test';
import { sha256 } from '../../oci/digest.ts';
import { definitionOfEvaluation, readDefinition } from './definitions.ts';
import { encode } from './message.ts';
import { type LlbOperation, operation } from './ops.ts';

/** Operations each of which stands upon the one before. */
function chain(...operations: Partial<LlbOperation>[]) {
  const def: Uint8Array[] = [];
  for (const one of [...operations, {}]) {
    const before = def.at(-1);
    def.push(encode(operation, { ...one, inputs: before ? [{ digest: sha256(before), index: 0 }] : [] }));
  }
  return { def };
}

const source = {
  source: { identifier: 'git://example.com/r#main', attrs: { 'git.fullurl': 'https://example.com/r' } },
};
const copy = (more: object, input = -1) => ({
  file: { actions: [{ input, secondaryInput: 0, copy: { src: '/', dest: '/', ...more } }] },
});

test('a result of ours is known again, and nothing is nothing', () => {
  expect(readDefinition(definitionOfEvaluation('abc'))).toEqual({ kind: 'evaluation', ref: 'abc' });
  expect(readDefinition({ def: [] })).toBeUndefined();
});

test('a source is read, whole or in part', () => {
  const whole = { kind: 'source', identifier: source.source.identifier, attrs: source.source.attrs };
  expect(readDefinition(chain(source))).toEqual(whole as never);
  expect(readDefinition(chain(source, copy({ src: '/sub', dirCopyContents: true })))).toEqual({
    ...whole,
    path: '/sub',
  } as never);
  expect(readDefinition(chain(source, copy({ src: '/f', attemptUnpack: true })))).toEqual({
    ...whole,
    unpack: true,
  } as never);
});

test('what does more is refused', () => {
  for (const definition of [
    chain(source, copy({}, 0)),
    chain(source, copy({ dest: '/elsewhere', dirCopyContents: true })),
    chain(source, {}, {}),
    chain({}),
    { def: [encode(operation, source)] },
  ]) {
    expect(() => readDefinition(definition)).toThrow('more than one source');
  }
});
