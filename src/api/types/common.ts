// Wire types several tags share: errors, ids, progress, platforms, authentication.

/** Credentials for a registry, as `X-Registry-Auth` carries them (base64url of the JSON). */
export interface AuthConfig {
  username?: string;
  password?: string;
  email?: string;
  serveraddress?: string;
  auth?: string;
  identitytoken?: string;
  registrytoken?: string;
}

/** An error inside a stream of progress lines. */
export interface ErrorDetail {
  code?: number;
  message?: string;
}

/** How far a transfer is, in bytes. */
export interface ProgressDetail {
  current?: number;
  total?: number;
}

/** The id of what was made. */
export interface IDResponse {
  Id: string;
}

/** The version of a swarm object; an update must name the one it has read. */
export interface ObjectVersion {
  Index: number;
}

/** A driver with its options. */
export interface Driver {
  Name: string;
  Options?: Record<string, string> | null;
}

/** What a node runs: architecture and operating system. */
export interface Platform {
  Architecture?: string;
  OS?: string;
}

/** A blob by digest, as in an OCI manifest. */
export interface OCIDescriptor {
  mediaType: string;
  digest: string;
  size: number;
  urls?: string[];
  annotations?: Record<string, string>;
  data?: string;
  platform?: OCIPlatform;
  artifactType?: string;
}

/** A platform as OCI images name it. */
export interface OCIPlatform {
  architecture: string;
  os: string;
  'os.version'?: string;
  'os.features'?: string[];
  variant?: string;
}
