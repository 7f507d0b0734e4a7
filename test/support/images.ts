// The images that tests run: made once by scripts/images.sh.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runOk } from './run.ts';

export type TestImage = 'busybox' | 'debian' | 'large' | 'deep';

const repository = join(import.meta.dir, '..', '..');

/** The tar of an image, made if it is missing (that takes a while for debian). */
export async function imageArchive(image: TestImage): Promise<string> {
  const folder = process.env.BERTH_IMAGES ?? join(repository, '.cache', 'images');
  const path = join(folder, `${image}.tar`);
  if (!existsSync(path)) await runOk(['bash', join(repository, 'scripts', 'images.sh'), image], { timeoutMs: 300_000 });
  return path;
}

/** The arguments that give an image to an engine: debian as a root file system, the others as archives with one tag as a root file system. */
export async function loadArguments(image: TestImage): Promise<string[]> {
  const archive = await imageArchive(image);
  return image !== 'debian'
    ? ['load', '-q', '-i', archive]
    : [
        'import',
        '-c',
        'CMD ["bash"]',
        '-c',
        'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        archive,
        'debian:bookworm',
      ];
}
