// Steps that take all they can get: they come to an end at their limits, the message says at which, nothing of them is left,
// and the daemon builds on. BERTH_TEST_LARGE=1 tries the limits nobody asked for, too.

import { expect, test } from 'bun:test';
import { buildSite, everyLeaving } from '../../support/builds/build-site.ts';
import { eventually } from '../../support/eventually.ts';

const site = buildSite();

const large = process.env.BERTH_TEST_LARGE === '1' ? test : test.skip;
const megabyte = 1024 * 1024;

const contextOf = (Dockerfile: string) => site.context({ Dockerfile });

async function expectBuildsOn(): Promise<void> {
  await site.clean();
  await site.build(['--no-cache', '-t', 'after', contextOf('FROM busybox\nRUN echo built > /f\nCMD ["cat", "/f"]\n')]);
  expect(await site.berth(['run', '--rm', '--network', 'none', 'after'])).toBe('built');
}

const bomb = 'while :; do sleep 1000 & done';
const refused = 'the limit of processes was reached (--ulimit nproc)';

test('a step that forks for ever ends at its limit', async () => {
  const context = contextOf(`FROM busybox\nRUN ${bomb}\n`);
  const answer = await site.post({ context, query: { ulimits: [{ Name: 'nproc', Soft: 40, Hard: 40 }] } });
  expect(answer.error).toBe(`The command '/bin/sh -c ${bomb}' returned a non-zero code: 2: ${refused}`);
  await expectBuildsOn();
  const said = await site.failure(['--ulimit', 'nproc=40', context]);
  expect(said).toContain(`failed to solve: process "/bin/sh -c ${bomb}" did not complete successfully: exit code: 2`);
  expect(said).toContain(refused);
  await expectBuildsOn();
});

test('one that goes on forking at its limit can be left, and others build meanwhile', async () => {
  const stubborn = `FROM busybox\nRUN echo at it; while :; do ( ${bomb} ) 2>/dev/null; done\n`;
  for (const leaving of everyLeaving) {
    const building = site.begin(leaving, {
      context: contextOf(stubborn),
      query: { ulimits: [{ Name: 'nproc', Soft: 40, Hard: 40 }] },
      args: ['--ulimit', 'nproc=40'],
    });
    await eventually('the step runs', () => building.said().includes('at it\n'));
    await site.build(['--no-cache', contextOf('FROM busybox\nRUN true\n')]);
    await building.leave();
    expect(await building.ended).toBe(false);
    await expectBuildsOn();
  }
}, 60_000);

test('a step has a limit of processes when nobody gives one', async () => {
  const read = 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max';
  const { text } = await site.post({ context: contextOf(`FROM busybox\nRUN echo "limit $(${read})"\n`) });
  const limit = Number(/^limit (\d+)$/m.exec(text)?.[1]);
  expect(limit).toBeGreaterThan(100);
  expect(limit).toBeLessThan(2 ** 21);
});

large(
  'a step that forks for ever ends at that limit, too',
  async () => {
    expect(await site.failure([contextOf(`FROM busybox\nRUN ${bomb}\n`)], { timeoutMs: 240_000 })).toContain(refused);
    await expectBuildsOn();
  },
  300_000,
);

test('less memory than anything needs is refused at once', async () => {
  const context = site.context({ Dockerfile: 'FROM busybox\nRUN true\n' });
  const { error } = await site.post({ context, query: { memory: megabyte } });
  expect(error).toBe('Minimum memory limit allowed is 6MB');
  expect(await site.failure(['--memory', '1m', context])).toContain('Minimum memory limit allowed is 6MB');
});

test('a step that fills the memory it has is killed, and the error names that', async () => {
  const context = contextOf('FROM busybox\nRUN tail /dev/zero\n');
  const answer = await site.post({ context, query: { memory: 32 * megabyte } });
  expect(answer.error).toBe(
    "The command '/bin/sh -c tail /dev/zero' returned a non-zero code: 137: cannot allocate memory",
  );
  await expectBuildsOn();
  expect(await site.failure(['--memory', '32m', context])).toContain('exit code: 137: cannot allocate memory\n');
  await expectBuildsOn();
});
