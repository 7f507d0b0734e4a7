// Contexts that are large, in one file and in many: the daemon's memory grows with their names only, and it answers others
// meanwhile. BERTH_TEST_LARGE=1 takes 2 GiB and 100,000 files instead of a sixteenth of that.

import { expect, test } from 'bun:test';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite } from '../../support/builds/build-site.ts';
import { residentMemory } from '../../support/daemons/remains.ts';
import { startOnSmallDisk } from '../../support/daemons/small-disk.ts';

const part = process.env.BERTH_TEST_LARGE === '1' ? 1 : 16;
const megabyte = 1024 * 1024;
const fileSize = (2048 * megabyte) / part;
const fileCount = part === 1 ? 100_000 : 6000;
const patience = 30_000 + 240_000 / part;
/** Whatever is in them; twice what was seen. */
const mostGrowth = 120 * megabyte;
/** What a daemon remembers of a file, and what of that is not collected yet; 3.0 to 3.8 were seen, and 1 KiB in use. */
const mostForName = 4 * 1024;

// In memory, so that it is not the disk that is measured.
const site = buildSite({ daemon: () => startOnSmallDisk(part === 1 ? '6g' : '1g') });

/** Runs it, asking the daemon something else all the time: how often it answered before the end, and how much it grew. */
async function watched(work: Promise<unknown>): Promise<{ answers: number; growth: number }> {
  const { pid } = site.daemon;
  const before = residentMemory(pid);
  let [answers, most, over] = [0, before, false];
  const ended = work.finally(() => {
    over = true;
  });
  ended.catch(() => {});
  while (!over) {
    if (!(await site.daemon.ping())) throw new Error('the daemon does not answer');
    if (!over) answers++;
    most = Math.max(most, residentMemory(pid));
    await Bun.sleep(5);
  }
  await ended;
  return { answers, growth: most - before };
}

/** Both doors, one after the other: what the image prints, each time from what was sent anew. */
async function build(context: string, printed: string, growth: number): Promise<void> {
  const doors = [
    () => site.build(['-t', 'large', context], { timeoutMs: patience }),
    () => site.build(['--no-cache', '-t', 'large', context], { timeoutMs: patience }),
    async () => expect((await site.post({ context, query: { t: ['large'], nocache: true } })).error).toBeUndefined(),
  ];
  for (const door of doors) {
    const seen = await watched(door());
    expect(seen.answers).toBeGreaterThan(10);
    expect(seen.growth).toBeLessThan(growth);
    expect(await site.berth(['run', '--rm', '--network', 'none', 'large'])).toBe(printed);
    await site.clean();
  }
}

test(
  'one file',
  async () => {
    const context = site.context({
      Dockerfile: 'FROM busybox\nCOPY file /file\nCMD ["stat", "-c", "%s", "/file"]\n',
      file: '',
    });
    truncateSync(join(context, 'file'), fileSize);
    await build(context, String(fileSize), mostGrowth);
  },
  4 * patience,
);

test(
  'many files',
  async () => {
    const context = site.context({
      Dockerfile: 'FROM busybox\nCOPY d /d\nCMD ["sh", "-c", "find /d -type f | wc -l"]\n',
    });
    const folders = 100;
    for (let folder = 0; folder < folders; folder++) {
      mkdirSync(join(context, 'd', String(folder)), { recursive: true });
      for (let n = 0; n < fileCount / folders; n++)
        writeFileSync(join(context, 'd', String(folder), String(n)), `${n}`);
    }
    await build(context, String(fileCount), mostGrowth + fileCount * mostForName);
  },
  4 * patience,
);
