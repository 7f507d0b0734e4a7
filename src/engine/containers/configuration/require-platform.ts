// `--platform` against what an image was made for.

import type { Image } from '../../../images/index.ts';
import { invalid, notFound } from '../../../lib/errors.ts';

const component = /^[A-Za-z0-9_.-]+$/;

/** Throws `invalid` for what is no `os[/architecture[/variant]]`, not-found for an image of another platform. */
export function requirePlatform(image: Image, reference: string, platform: string): void {
  const [os = '', architecture = '', ...variant] = platform.toLowerCase().split('/');
  const wrong = [os, architecture, variant.join('/')].find(
    (part, index) => (index === 0 || part !== '' || platform.split('/').length > index) && !component.test(part),
  );
  if (wrong !== undefined) {
    throw invalid(
      `${JSON.stringify(wrong)} is an invalid component of ${JSON.stringify(platform)}: platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument`,
    );
  }
  const own = { os: image.config.os, architecture: image.config.architecture };
  if (os === own.os && (architecture === '' || plain(architecture) === own.architecture)) return;
  throw notFound(
    `image with reference ${reference} was found but its platform (${own.os}/${own.architecture}) does not match the specified platform (${platform})`,
  );
}

/** The names that Go has for what uname calls otherwise. */
function plain(architecture: string): string {
  return { x86_64: 'amd64', 'x86-64': 'amd64', aarch64: 'arm64' }[architecture] ?? architecture;
}
