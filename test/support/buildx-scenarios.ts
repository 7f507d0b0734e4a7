// Scenarios of builds by the real `docker buildx`, on one daemon for each file; skipped, and said so, where it is missing.
import { afterAll, beforeAll, describe, test } from 'bun:test';
import { Buildx, pluginProgram } from './buildx.ts';
import type { TestImage } from './images.ts';
import { expectNothingLeft } from './remains.ts';

/** Declares scenarios named "X must Y". At the end nothing of the builds may be left in the kernel. */
export function buildxScenarios(
  images: readonly TestImage[],
  declared: Record<string, (buildx: Buildx) => Promise<void>>,
): void {
  describe('docker buildx', () => {
    if (!pluginProgram('buildx')) {
      test.skip('is not installed: its scenarios did not run', () => {});
      return;
    }
    let buildx: Buildx;
    beforeAll(async () => {
      buildx = await Buildx.start(images);
    }, 300_000);
    for (const [name, play] of Object.entries(declared)) test(name, async () => await play(buildx), 120_000);
    afterAll(async () => {
      await using own = buildx;
      await expectNothingLeft(own.daemon.places, own.daemon.pid, own.before);
    }, 60_000);
  });
}
