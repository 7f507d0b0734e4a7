// The distribution room: a registry seen from outside. It knows how registries are reached (mirrors, TLS, proxies),
// how one signs in to them, and the protocol of the OCI distribution specification: manifests, blobs, tags, referrers.
// It keeps nothing on disk: where bytes go and what they mean is for `images` and the others who ask.
export type { Credentials } from './credentials.ts';
export { checkDistributionOptions, Distribution } from './distribution.ts';
export type { DistributionOptions } from './options.ts';
export type { Action, Registries, RegistryConfiguration } from './registries.ts';
export { RegistryError, type RegistryProblem } from './registry-error.ts';
export type { FetchedManifest, Repository } from './repository.ts';
