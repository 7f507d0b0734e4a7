// A disk that is full in the middle of a build: the message names the step, nothing of it stays, what is there can be removed,
// and then the same build is right.

import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite } from '../../support/builds/build-site.ts';
import { startOnSmallDisk } from '../../support/daemons/small-disk.ts';

/** What does not fit, twice what does, in megabytes: of the disk's 24 some are taken already. */
const [tooMuch, half] = [30, 12];

/** The mark of a leak is room that does not come back. */
const site = buildSite({ daemon: () => startOnSmallDisk('24m'), emptied: 'after each' });

const zeros = (megabytes: number, path: string) => `dd if=/dev/zero of=${path} bs=1M count=${megabytes}`;

async function expectBuilds(files: Record<string, string>): Promise<void> {
  await site.empty();
  await site.clean();
  await site.build(['-t', 'small', site.context(files)]);
  expect(await site.berth(['run', '--rm', '--network', 'none', 'small'])).toBe('right');
}

const small = { Dockerfile: 'FROM busybox\nCOPY f /f\nCMD ["cat", "/f"]\n', f: 'right' };

test('while the context comes', async () => {
  const context = site.context({ ...small, large: Buffer.alloc(tooMuch * 1024 * 1024, 'large') });
  const copyAll = 'FROM busybox\nCOPY . /all\n';
  writeFileSync(join(context, 'all'), copyAll);
  expect((await site.post({ context, query: { dockerfile: 'all' } })).error).toBe(
    'transferring context: no space left on device',
  );
  await site.clean();
  expect(await site.failure(['-f', join(context, 'all'), context])).toContain(
    'failed to solve: [internal] load build context: no space left on device\n',
  );
  await site.clean();
  await expectBuilds(small);
}, 60_000);

test('while a step writes', async () => {
  const context = site.context({ Dockerfile: `FROM busybox\nRUN ${zeros(tooMuch, '/large')}\n` });
  const answer = await site.post({ context });
  expect(answer.error).toBe(`The command '/bin/sh -c ${zeros(tooMuch, '/large')}' returned a non-zero code: 1`);
  expect(answer.text).toContain("error writing '/large': No space left on device");
  await site.clean();
  expect(await site.failure([context])).toContain('did not complete successfully: exit code: 1\n');
  await site.clean();
  await expectBuilds(small);
}, 60_000);

test('while files are copied', async () => {
  const context = site.context({
    Dockerfile: `FROM busybox AS large\nRUN ${zeros(half, '/large')}\nFROM busybox\nCOPY --from=large /large /again\n`,
  });
  // Whether a step is known to the next build is not said while its layer is packed beside one that fills the disk.
  await site.build(['--target', 'large', context]);
  const copy = 'COPY --from=large /large /again: no space left on device';
  expect((await site.post({ context })).error).toContain(copy);
  await site.clean();
  expect(await site.failure([context])).toContain(copy);
  await site.clean();
  await expectBuilds(small);
}, 60_000);

test('while it is exported', async () => {
  const noise = `RUN dd if=/dev/urandom of=/noise bs=1M count=${half}`;
  const context = site.context({ Dockerfile: `FROM busybox\n${noise}\n` });
  const out = ['-o', `type=oci,dest=${join(site.folder, 'out.tar')}`];
  expect(await site.failure([...out, context])).toContain('exporting to oci image format: no space left on device');
  await site.clean();
  await expectBuilds(small);
}, 60_000);

test('when there is no room at all, not even for a record', async () => {
  const context = site.context({
    Dockerfile: `FROM busybox\nRUN --mount=type=cache,target=/c ${zeros(tooMuch, '/c/large')}\n`,
  });
  expect(await site.failure([context])).toContain("error writing '/c/large': No space left on device");
  await site.clean();
  expect(await site.failure([site.context(small)])).toContain('no space left on device');
  expect((await site.post({ context: site.context(small) })).error).toContain('no space left on device');
  await site.clean();
  await expectBuilds(small);
}, 60_000);
