// The container's configuration: what the caller asked for over what the image says, as Docker merges them.

import type { ContainerConfig } from '../../../api/types/container-config.ts';
import type { ImageRunConfig } from '../../../oci/image-config.ts';

/** A new configuration; the inputs stay as they are. An entrypoint of the caller's drops the image's command. */
export function mergeImageConfig(config: ContainerConfig, image: ImageRunConfig): ContainerConfig {
  const merged: ContainerConfig = { ...config };
  merged.User = config.User || image.User || '';
  merged.WorkingDir = config.WorkingDir || image.WorkingDir || '';
  merged.Env = mergeEnvironment(config.Env ?? [], image.Env ?? []);
  merged.Labels = { ...image.Labels, ...config.Labels };
  merged.ExposedPorts = mergeKeys(config.ExposedPorts, image.ExposedPorts);
  merged.Volumes = mergeKeys(config.Volumes, image.Volumes);
  merged.StopSignal = config.StopSignal || image.StopSignal || undefined;
  merged.StopTimeout = config.StopTimeout ?? image.StopTimeout ?? undefined;
  // Triggers are for builds on an image: containers of it have none.
  merged.OnBuild = config.OnBuild ?? null;
  if (image.Shell && !config.Shell) merged.Shell = image.Shell;
  if (!config.Entrypoint?.length) {
    if (!config.Cmd?.length) merged.Cmd = image.Cmd ?? null;
    // An entrypoint of one empty string is `--entrypoint ""`: the image's is reset.
    merged.Entrypoint = image.Entrypoint ?? null;
  } else if (config.Entrypoint.length === 1 && config.Entrypoint[0] === '') {
    merged.Entrypoint = null;
  }
  if (image.Healthcheck) merged.Healthcheck = { ...image.Healthcheck, ...defined(config.Healthcheck ?? {}) };
  return merged;
}

/** The caller's variables win; the image's others come after them, as Docker orders them. */
function mergeEnvironment(own: string[], image: string[]): string[] {
  const names = new Set(own.map(variableName));
  return [...own, ...image.filter(variable => !names.has(variableName(variable)))];
}

const variableName = (variable: string) => variable.split('=', 1)[0];

function mergeKeys(
  own: Record<string, Record<string, unknown>> | null | undefined,
  image: Record<string, object> | null | undefined,
): Record<string, Record<string, unknown>> | undefined {
  const merged = { ...(image as Record<string, Record<string, unknown>> | undefined), ...own };
  return Object.keys(merged).length > 0 ? merged : undefined;
}

/** Without what is unset: Go's zero values do not override. */
function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([, v]) => v !== undefined && v !== null && v !== 0 && !(Array.isArray(v) && v.length === 0),
    ),
  ) as Partial<T>;
}
