// How TCP is encrypted: what the five `tls` options mean together.

import { homedir } from 'node:os';
import { join } from 'node:path';
import type { OptionValues } from './parse-flags.ts';

/** Files of the daemon's side; `verify` asks every client for a certificate that `ca` signed. */
export interface TlsPaths {
  verify: boolean;
  ca: string;
  cert: string;
  key: string;
}

/**
 * Undefined when TLS is off. As dockerd: naming `tlsverify` at all turns TLS on, `tls` alone verifies too, and files
 * that are not named lie in DOCKER_CERT_PATH or `~/.docker`.
 */
export function readTlsPaths(
  values: OptionValues,
  folder = process.env.DOCKER_CERT_PATH || join(homedir(), '.docker'),
): TlsPaths | undefined {
  const { tls, tlsverify } = values as { tls?: boolean; tlsverify?: boolean };
  if (tlsverify === undefined && !tls) return undefined;
  const file = (key: string, name: string) => (values[key] as string | undefined) || join(folder, name);
  return {
    verify: tlsverify ?? true,
    ca: file('tlscacert', 'ca.pem'),
    cert: file('tlscert', 'cert.pem'),
    key: file('tlskey', 'key.pem'),
  };
}
