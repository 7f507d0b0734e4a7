import { expect, test } from 'bun:test';
import type { BuildInfo } from '../../api/types/build.ts';
import type { BuildEvent } from '../../builder/index.ts';
import { ClassicLines } from './classic-lines.ts';

const at = new Date(0);
const done = (vertex: string, o: { cached?: boolean; error?: string } = {}): BuildEvent => ({
  kind: 'completed',
  vertex: vertex as `sha256:${string}`,
  at,
  cached: false,
  output: `id-of-${vertex.slice(-1)}`,
  ...o,
});
const log = (vertex: string, text: string): BuildEvent => ({
  kind: 'log',
  vertex: vertex as `sha256:${string}`,
  stream: 'stdout',
  data: Buffer.from(text),
  at,
  run: 'c0ffee'.repeat(10),
});
const plan: BuildEvent = {
  kind: 'plan',
  steps: [
    { text: 'FROM busybox', vertex: 'sha256:a' },
    { text: 'RUN one', vertex: 'sha256:b' },
    { text: 'ENV A=1' },
    { text: 'RUN two', vertex: 'sha256:c' },
  ],
};

const text = (lines: BuildInfo[]) => lines.map(({ stream }) => stream ?? '').join('');
const print = (...events: BuildEvent[]) => {
  const lines = new ClassicLines();
  return text(events.flatMap(event => lines.take(event)));
};
/** As `print`, of a build that went well. */
const printWhole = (...events: BuildEvent[]) => {
  const lines = new ClassicLines();
  return text([...events.flatMap(event => lines.take(event)), ...lines.finish('sha256:1234567890abcdef')]);
};

test('steps are printed one after the other, whichever ends first', () => {
  const shown = printWhole(
    plan,
    done('sha256:a'),
    log('sha256:c', 'second\n'),
    done('sha256:c'),
    log('sha256:b', 'first\n'),
    done('sha256:b'),
  );
  expect(shown).toBe(
    'Step 1/4 : FROM busybox\n ---> id-of-a\n' +
      'Step 2/4 : RUN one\n ---> Running in c0ffeec0ffee\nfirst\n ---> Removed intermediate container c0ffeec0ffee\n ---> id-of-b\n' +
      'Step 3/4 : ENV A=1\n ---> id-of-b\n' +
      'Step 4/4 : RUN two\n ---> Running in c0ffeec0ffee\nsecond\n ---> Removed intermediate container c0ffeec0ffee\n ---> 1234567890ab\n',
  );
});

test('what was known says so, and a failure ends it', () => {
  const shown = print(
    plan,
    done('sha256:a', { cached: true }),
    done('sha256:b', { cached: true }),
    log('sha256:c', 'no\n'),
    done('sha256:c', { error: 'x' }),
  );
  expect(shown).toContain('Step 2/4 : RUN one\n ---> Using cache\n ---> id-of-b\n');
  expect(shown).toEndWith('Step 4/4 : RUN two\n ---> Running in c0ffeec0ffee\nno\n');
});

test('arguments before FROM are steps, triggers are not, an image has its id, errors are red', () => {
  const shown = printWhole(
    { kind: 'dockerfile', globals: ['ARG T=1'], unusedArgs: ['a', 'b'] },
    {
      kind: 'plan',
      steps: [
        { text: 'FROM one', vertex: 'sha256:a', image: `sha256:${'ab'.repeat(32)}` },
        { text: 'RUN on', vertex: 'sha256:b', isTrigger: true },
        { text: 'ENV on=1', isTrigger: true },
        { text: 'RUN two', vertex: 'sha256:c' },
      ],
    },
    done('sha256:a'),
    done('sha256:b', { cached: true }),
    { ...log('sha256:c', 'oh\n'), stream: 'stderr' } as BuildEvent,
    done('sha256:c'),
  );
  expect(shown).toBe(
    'Step 1/3 : ARG T=1\nStep 2/3 : FROM one\n ---> abababababab\n# Executing 2 build triggers\n' +
      ' ---> Using cache\n ---> id-of-b\n ---> Using cache\n ---> id-of-b\nStep 3/3 : RUN two\n' +
      ' ---> Running in c0ffeec0ffee\n\x1b[91moh\n\x1b[0m ---> Removed intermediate container c0ffeec0ffee\n' +
      ' ---> 1234567890ab\n[Warning] One or more build-args [a b] were not consumed\n',
  );
});
