// Where a container's output is kept.

import type { Container } from './state/container.ts';

/** Where a container's log is, in the words of the logs room. */
export function logTarget(container: Container) {
  const log = container.record.hostConfig.LogConfig;
  return {
    containerId: container.id,
    driver: log?.Type ?? 'json-file',
    options: log?.Config ?? {},
    directory: container.directory,
  };
}
