// `--platform`: which of the images that a name stands for is meant.

import type { Image } from '../../../images/index.ts';
import { invalid, notFound } from '../../../lib/errors.ts';
import { invalidComponent } from '../../../oci/platform.ts';

/**
 * The first of `images` (the one that the name stands for, then the same for other platforms) that was made for `platform`.
 * Throws `invalid` for what is no `os[/architecture[/variant]]`, not-found when there is none.
 */
export function choosePlatform(images: readonly Image[], reference: string, platform: string): Image {
  const problem = invalidComponent(platform);
  if (problem !== undefined) throw invalid(problem);
  const [os = '', architecture = ''] = platform.toLowerCase().split('/');
  const found = images.find(
    ({ config }) => os === config.os && (architecture === '' || plain(architecture) === config.architecture),
  );
  if (found) return found;
  const own = images[0]?.config ?? { os: '', architecture: '' };
  throw notFound(
    `image with reference ${reference} was found but its platform (${own.os}/${own.architecture}) does not match the specified platform (${platform})`,
  );
}

/** The names that Go has for what uname calls otherwise. */
function plain(architecture: string): string {
  return { x86_64: 'amd64', 'x86-64': 'amd64', aarch64: 'arm64' }[architecture] ?? architecture;
}
