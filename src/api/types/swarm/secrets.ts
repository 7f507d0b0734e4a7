// Secrets and configs.

import type { Driver, ObjectVersion } from '../common.ts';

export interface SecretSpec {
  Name?: string;
  Labels?: Record<string, string> | null;
  Data?: string;
  Driver?: Driver | null;
  Templating?: Driver | null;
}

export interface Secret {
  ID?: string;
  Version?: ObjectVersion;
  CreatedAt?: string;
  UpdatedAt?: string;
  Spec?: SecretSpec;
}

export interface ConfigSpec {
  Name?: string;
  Labels?: Record<string, string> | null;
  Data?: string;
  Templating?: Driver | null;
}

export interface Config {
  ID?: string;
  Version?: ObjectVersion;
  CreatedAt?: string;
  UpdatedAt?: string;
  Spec?: ConfigSpec;
}

export type SecretCreateRequest = SecretSpec;

export type ConfigCreateRequest = ConfigSpec;
