// Docker's default driver by name: one file per container, in the monitor's k8s-file line format.

import { join } from 'node:path';
import { notImplemented } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { LogDriver } from '../driver.ts';

/** Keeps `<directory>/<container id>-json.log`. */
export function createJsonFileDriver(_deps: { logger: Logger }): LogDriver {
  return {
    name: 'json-file',
    validate() {},
    open: target => ({ path: join(target.directory, `${target.containerId}-json.log`), format: 'k8s-file' }),
    readBatches() {
      throw notImplemented('reading');
    },
    remove() {},
  };
}
