// A context by name, the default one included, which is nowhere stored.

import type { Context } from '../context.ts';
import { defaultHost } from '../host/resolve-host.ts';
import type { ArchivedContext } from './context-archive.ts';
import { defaultContext } from './context-store.ts';

/** Its metadata and PEM files. Throws a plain Error when there is none of that name. */
export function loadContext(context: Context, name: string): ArchivedContext {
  if (name !== defaultContext)
    return { metadata: context.contexts.read(name), tls: context.contexts.tlsMaterial(name) };
  const docker = { Host: defaultHost(context.options, context.io), SkipTLSVerify: false };
  return { metadata: { Name: name, Metadata: { Description: defaultDescription }, Endpoints: { docker } }, tls: {} };
}

/** What lists say of the default context. */
const defaultDescription = 'Current DOCKER_HOST based configuration';
