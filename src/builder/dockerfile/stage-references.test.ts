// Which stages names mean.
import { expect, test } from 'bun:test';
import { parseDockerfile } from './parse-dockerfile.ts';
import { checkStageReferences, findTarget, stageBelow, stageFrom } from './stage-references.ts';

const parse = (...lines: string[]) => parseDockerfile(`${lines.join('\n')}\n`, { name: 'Dockerfile' });

test('a target is a name in any case, the last of two, or the last stage', () => {
  const dockerfile = parse('FROM a AS one', 'FROM b AS one', 'FROM c');
  expect(findTarget(dockerfile, 'ONE').index).toBe(1);
  expect(findTarget(dockerfile, undefined).index).toBe(2);
  expect(() => findTarget(dockerfile, 'onne')).toThrow('target stage "onne" could not be found (did you mean one?)');
});

test('FROM means an earlier stage by its exact name', () => {
  const dockerfile = parse('FROM a AS one', 'FROM one', 'FROM ONE');
  expect(stageBelow(dockerfile, 'one', dockerfile.stages[1]!)?.index).toBe(0);
  expect(stageBelow(dockerfile, 'ONE', dockerfile.stages[2]!)).toBeUndefined();
  expect(stageBelow(dockerfile, 'one', dockerfile.stages[0]!)).toBeUndefined();
});

test('--from means a stage by name or number, or something else', () => {
  const dockerfile = parse('FROM a AS one', 'FROM b', 'FROM c AS late');
  const from = (name: string) => stageFrom(dockerfile, name, dockerfile.stages[1]!);
  expect([from('One')?.index, from('0')?.index, from('busybox')]).toEqual([0, 0, undefined]);
  expect(() => from('late')).toThrow(
    'cannot copy from stage "late", it needs to be defined before current stage "stage-1"',
  );
  expect(() => from('3')).toThrow('invalid stage index 3');
});

test.each([
  [['FROM a AS one', 'COPY --from=one a b'], 'circular dependency detected on stage: one'],
  [['FROM a', 'COPY --from=0 a b'], 'circular dependency detected on stage: stage-0'],
  [
    ['FROM a AS one', 'COPY --from=two a b', 'FROM a AS two', 'RUN --mount=from=one,target=/x true'],
    'circular dependency detected on stage: one',
  ],
  [['FROM a', 'COPY --from=7 a b'], 'invalid stage index 7'],
])('%p is refused', (lines, message) => {
  expect(() => checkStageReferences(parse(...lines))).toThrow(message);
});

test('stages that need each other one way are fine', () => {
  checkStageReferences(
    parse('FROM a AS one', 'FROM a AS two', 'COPY --from=one a b', 'FROM two', 'COPY --from=one a b'),
  );
});
