// How the registry reaches others.

import type { DistributionOptions } from '../../../distribution/index.ts';
import type { RegistryConfiguration } from '../configuration/configuration.ts';

/** By the proxies of the environment, with the certificates of this machine; seldom asked again, as somebody waits. */
export function upstreamOptions({ insecureUpstreams }: RegistryConfiguration): DistributionOptions {
  const proxy = (name: string) => process.env[name] ?? process.env[name.toLowerCase()];
  return {
    insecureRegistries: insecureUpstreams,
    attempts: 2,
    proxies: { http: proxy('HTTP_PROXY'), https: proxy('HTTPS_PROXY'), no: proxy('NO_PROXY') },
    certificateFolders: ['/etc/berth/certs.d', '/etc/docker/certs.d'],
  };
}
