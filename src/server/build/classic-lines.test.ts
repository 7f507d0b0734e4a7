import { expect, test } from 'bun:test';
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

const print = (...events: BuildEvent[]) => {
  const lines = new ClassicLines();
  return events
    .flatMap(event => lines.take(event))
    .map(({ stream }) => stream ?? '')
    .join('');
};

test('steps are printed one after the other, whichever ends first', () => {
  const text = print(
    plan,
    done('sha256:a'),
    log('sha256:c', 'second\n'),
    done('sha256:c'),
    log('sha256:b', 'first\n'),
    done('sha256:b'),
  );
  expect(text).toBe(
    'Step 1/4 : FROM busybox\n ---> id-of-a\n' +
      'Step 2/4 : RUN one\n ---> Running in c0ffeec0ffee\nfirst\n ---> Removed intermediate container c0ffeec0ffee\n ---> id-of-b\n' +
      'Step 3/4 : ENV A=1\n ---> id-of-b\n' +
      'Step 4/4 : RUN two\n ---> Running in c0ffeec0ffee\nsecond\n ---> Removed intermediate container c0ffeec0ffee\n ---> id-of-c\n',
  );
});

test('what was known says so, and a failure ends it', () => {
  const text = print(
    plan,
    done('sha256:a', { cached: true }),
    done('sha256:b', { cached: true }),
    log('sha256:c', 'no\n'),
    done('sha256:c', { error: 'x' }),
  );
  expect(text).toContain('Step 2/4 : RUN one\n ---> Using cache\n ---> id-of-b\n');
  expect(text).toEndWith('Step 4/4 : RUN two\n ---> Running in c0ffeec0ffee\nno\n');
});
