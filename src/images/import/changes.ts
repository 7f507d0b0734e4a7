// The Dockerfile instructions that `docker import --change` and `docker commit --change` accept.
import type { ImageRunConfig } from '../../oci/image-config.ts';

/** placeholder */
export function parseChange(_change: string): Partial<ImageRunConfig> {
  return {};
}
export function parseChanges(_changes: readonly string[]): Partial<ImageRunConfig> {
  return {};
}
