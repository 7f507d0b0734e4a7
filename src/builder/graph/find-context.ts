// Which of the named contexts of a build a name in its Dockerfile means.
import { formatPlatform, type Platform } from '../../oci/platform.ts';
import { familiarReference, parseReference } from '../../oci/reference.ts';
import type { NamedContext } from '../request.ts';

/** `busybox:latest` and `docker.io/library/busybox` mean the context `busybox`; one for the platform alone comes first. */
export function findContext(
  contexts: Readonly<Record<string, NamedContext>>,
  name: string,
  platform: Platform,
): NamedContext | undefined {
  for (const wanted of new Set([name, contextName(name)])) {
    for (const key of [`${wanted}::${formatPlatform(platform)}`, wanted]) {
      if (Object.hasOwn(contexts, key)) return contexts[key];
    }
  }
  return undefined;
}

/** The name as clients write it; one that can be no image's stays as it is. */
function contextName(name: string): string {
  try {
    return familiarReference(parseReference(name)).replace(/:latest$/, '');
  } catch {
    return name;
  }
}
