// The registry that a user names.

import { toHostname } from '../credentials/registry-key.ts';

/** `localhost:5000` of that, or of a URL. Throws a plain Error for what names no host. */
export function registryDomain(text: string): string {
  const domain = toHostname(text);
  if (!/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d+)?$/.test(domain)) {
    throw new Error(`invalid registry ${JSON.stringify(text)}: must be HOST[:PORT]`);
  }
  return domain;
}
