// Images as package URLs.
import { formatPlatform, type Platform } from '../../../oci/platform.ts';
import { familiarReference, parseReference } from '../../../oci/reference.ts';

/** `pkg:docker/busybox@latest?platform=linux%2Famd64`; a digest stands among the qualifiers. */
export function packageUrl(name: string, platform: Platform): string {
  const reference = parseReference(name);
  const { digest, tag = digest === undefined ? 'latest' : undefined } = reference;
  const { tag: _tag, digest: _digest, ...repository } = reference;
  const version = tag === undefined ? '' : `@${tag}`;
  const qualifiers = [
    ...(digest === undefined ? [] : [`digest=${digest}`]),
    `platform=${encodeURIComponent(formatPlatform(platform))}`,
  ];
  return `pkg:docker/${encodeURI(familiarReference(repository))}${version}?${qualifiers.join('&')}`;
}
