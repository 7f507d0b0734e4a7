// The proxies of the configuration as the environment of this process: downloads of `import` and ADD, and git, go by it.

import type { RegistrySettings } from './registry-settings.ts';

type Environment = Record<string, string | undefined>;

/** Asked directly whatever the variables say, as Go's programs do; `fetch` and git want to be told. */
const loopback = 'localhost,127.0.0.1,::1';

/** Sets HTTP_PROXY, HTTPS_PROXY and NO_PROXY where there is a proxy. Returns what gives the environment back as it was. */
export function exportProxies({ http, https, no }: RegistrySettings['proxies'], environment: Environment): () => void {
  if (http === '' && https === '') return () => {};
  const wanted = { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: no === '' ? loopback : `${no},${loopback}` };
  const before: Environment = {};
  for (const [name, value] of Object.entries(wanted)) {
    for (const spelling of [name, name.toLowerCase()]) {
      before[spelling] = environment[spelling];
      set(environment, spelling, value === '' ? undefined : value);
    }
  }
  return () => {
    for (const [name, value] of Object.entries(before)) set(environment, name, value);
  };
}

function set(environment: Environment, name: string, value: string | undefined): void {
  if (value === undefined) delete environment[name];
  else environment[name] = value;
}
