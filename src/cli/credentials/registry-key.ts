// Under which name the credentials of a registry are kept.

/** Where Docker keeps the credentials of Docker Hub, since its first days. */
export const hubKey = 'https://index.docker.io/v1/';

/** The key of a registry by its domain in a reference: `docker.io` has a name of its own. */
export function credentialKey(domain: string): string {
  return domain === 'docker.io' || domain === 'index.docker.io' ? hubKey : domain;
}

/** `host[:port]` of an address that may be a URL or have a path, as old configuration files do. */
export function toHostname(address: string): string {
  if (address.includes('://')) {
    const authority = /:\/\/(?:[^/?#@]*@)?([^/?#]+)/.exec(address)?.[1];
    if (authority !== undefined) return authority;
  }
  return address.split('/')[0] ?? '';
}
