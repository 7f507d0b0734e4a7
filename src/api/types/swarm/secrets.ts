// Secrets and configs.

import type { Driver, ObjectVersion } from '../common.ts';

/** A secret; its data is base64 and never given back. */
export interface SecretSpec {
  Name?: string;
  Labels?: Record<string, string> | null;
  Data?: string;
  Driver?: Driver | null;
  Templating?: Driver | null;
}

/** A secret of a swarm. */
export interface Secret {
  ID?: string;
  Version?: ObjectVersion;
  CreatedAt?: string;
  UpdatedAt?: string;
  Spec?: SecretSpec;
}

/** A config; its data is base64. */
export interface ConfigSpec {
  Name?: string;
  Labels?: Record<string, string> | null;
  Data?: string;
  Templating?: Driver | null;
}

/** A config of a swarm. */
export interface Config {
  ID?: string;
  Version?: ObjectVersion;
  CreatedAt?: string;
  UpdatedAt?: string;
  Spec?: ConfigSpec;
}

export type SecretCreateRequest = SecretSpec;

export type ConfigCreateRequest = ConfigSpec;
