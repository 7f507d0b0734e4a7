// Whether a command talks to its daemon through TLS, and with which certificates.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TlsFiles } from '../../client/index.ts';
import type { GlobalOptions } from '../global-flags.ts';
import type { Io } from '../io.ts';

/**
 * Undefined when TLS is off. As docker: DOCKER_TLS_VERIFY (of any value) and DOCKER_TLS are the flags' defaults, naming
 * `--tlsverify` at all turns TLS on, and certificate and key are left out when they lie at no default place. Files that
 * are not named are in DOCKER_CERT_PATH, DOCKER_CONFIG or `~/.docker`.
 */
export function resolveTls(options: GlobalOptions, io: Pick<Io, 'environment'>): TlsFiles | undefined {
  const { environment } = io;
  const verify = options.tlsverify ?? Boolean(environment.DOCKER_TLS_VERIFY);
  const on = options.tlsverify !== undefined || verify || (options.tls ?? Boolean(environment.DOCKER_TLS));
  if (!on) return undefined;
  const home = environment.HOME ?? homedir();
  const folder = environment.DOCKER_CERT_PATH || environment.DOCKER_CONFIG || join(home, '.docker');
  const ifThere = (path: string) => (existsSync(path) ? path : undefined);
  return {
    verify,
    ca: options.tlscacert || join(folder, 'ca.pem'),
    cert: options.tlscert || ifThere(join(folder, 'cert.pem')),
    key: options.tlskey || ifThere(join(folder, 'key.pem')),
  };
}
