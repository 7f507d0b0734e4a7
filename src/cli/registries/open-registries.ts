// Registries as the command line reaches them itself, without a daemon in between.

import { type Credentials, Distribution } from '../../distribution/index.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { Context } from '../context.ts';
import { findAuth } from '../credentials/registry-auth.ts';

// Where Docker's own tools look for the certificates of registries.
const certificateFolders = ['/etc/docker/certs.d'];

/** All registries, as the user's environment says. `insecure`: domains whose certificates do not matter. Close it after use. */
export function openRegistries(context: Context, insecure: readonly string[] = []): Distribution {
  const { environment, program } = context.io;
  const proxy = (name: string) => environment[name] ?? environment[name.toLowerCase()];
  return new Distribution(
    {
      insecureRegistries: insecure,
      certificateFolders,
      proxies: { http: proxy('HTTP_PROXY'), https: proxy('HTTPS_PROXY'), no: proxy('NO_PROXY') },
      userAgent: `${program}-client`,
    },
    { logger: silentLogger },
  );
}

/** What the user has for the registry of a domain; undefined for nobody. */
export async function findCredentials(context: Context, domain: string): Promise<Credentials | undefined> {
  const { username, password, identitytoken, registrytoken } = await findAuth(context, domain);
  if (!username && !identitytoken && !registrytoken) return undefined;
  return {
    ...(username && { username }),
    ...(password && { password }),
    ...(identitytoken && { identityToken: identitytoken }),
    ...(registrytoken && { registryToken: registrytoken }),
  };
}
