// Variables for the proxies that the user's configuration names: containers and builds get them.
import type { ClientConfig } from './client-config.ts';

/** Keys of `config.json` by the variables they are. */
const variables = {
  HTTP_PROXY: 'httpProxy',
  HTTPS_PROXY: 'httpsProxy',
  NO_PROXY: 'noProxy',
  FTP_PROXY: 'ftpProxy',
  ALL_PROXY: 'allProxy',
} as const;

/**
 * Of the daemon at `host`, or the `default` ones; each in capitals and in small letters, as Docker's command line gives them.
 * What `given` (`NAME`, `NAME=VALUE`) names is left alone.
 */
export function proxyVariables(
  { proxies }: Pick<ClientConfig, 'proxies'>,
  { host, given }: { host: string; given: readonly string[] },
): string[] {
  const configured = proxies?.[host] ?? proxies?.default;
  const names = new Set(given.map(text => text.replace(/=.*$/s, '')));
  return Object.entries(variables).flatMap(([name, key]) => {
    const value = configured?.[key];
    if (typeof value !== 'string' || value === '') return [];
    return [name, name.toLowerCase()].filter(one => !names.has(one)).map(one => `${one}=${value}`);
  });
}
