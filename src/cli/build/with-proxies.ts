// A build gets the proxies that the user's configuration names as arguments, which every Dockerfile may use undeclared.
import type { Context } from '../context.ts';
import { proxyVariables } from '../host/proxy-variables.ts';
import type { BuildOptions } from './build-options.ts';

/** The same build, with arguments for the proxies that it does not name itself. */
export function withProxies(options: BuildOptions, { config, host }: Pick<Context, 'config' | 'host'>): BuildOptions {
  const { args } = options;
  return { ...options, args: [...proxyVariables(config, { host, given: args }), ...args] };
}
