// The registry room: a server of the OCI distribution specification, with its own rights, caches of other registries,
// collection of garbage and news for others. It keeps bytes in `content` and what they mean in small files beside them.
// It answers exchanges: who listens, reads configuration files and ends the process is left to the program (`daemon`);
// how other registries are spoken to, to `distribution`.
export { parseHtpasswd, withPassword } from './access/htpasswd.ts';
export { isRepositoryName } from './names.ts';
export {
  type AccessOptions,
  type AccessRule,
  type Action,
  type CollectionOptions,
  defaultOptions,
  type RegistryOptions,
  type RetentionRule,
  type TokenOptions,
  type UpstreamOptions,
  type WebhookAction,
  type WebhookOptions,
} from './options.ts';
export { Registry, type RegistryDependencies } from './registry.ts';
