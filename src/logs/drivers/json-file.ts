// Docker's default driver by name: one file per container, in the monitor's k8s-file line format.

import { join } from 'node:path';
import { errorMessage, invalid } from '../../lib/errors.ts';
import { parseRamBytes } from '../../lib/units.ts';
import type { LogDriver, LogTarget } from '../driver.ts';
import { removeLogFiles } from '../k8s-file/log-files.ts';
import { readLog } from '../k8s-file/read-log.ts';
import { validateCommonOptions } from './common-options.ts';

const options = ['max-file', 'max-size', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag'];

/** Keeps `<directory>/<container id>-json.log`, and what was rotated away beside it. */
export function createJsonFileDriver(): LogDriver {
  return {
    name: 'json-file',
    validate: given => validateCommonOptions('json-file', given, options),
    open(target) {
      checkRotation(target.options);
      return { path: logPath(target), format: 'k8s-file' };
    },
    readBatches: (target, read) => readLog(logPath(target), read),
    remove: target => removeLogFiles(logPath(target)),
  };
}

function logPath(target: Pick<LogTarget, 'directory' | 'containerId'>): string {
  return join(target.directory, `${target.containerId}-json.log`);
}

/** Docker finds these wrong only when the container is started. */
function checkRotation(given: Record<string, string>): void {
  const fail = (reason: string) =>
    invalid(`failed to create task for container: failed to initialize logging driver: ${reason}`);
  const size = given['max-size'];
  if (size !== undefined && size !== '-1') {
    try {
      parseRamBytes(size);
    } catch (error) {
      throw fail(errorMessage(error));
    }
  }
  const files = given['max-file'] ?? '1';
  if (!/^[+-]?\d+$/.test(files)) throw fail(`strconv.Atoi: parsing ${JSON.stringify(files)}: invalid syntax`);
  if (Number(files) < 1) throw fail('max-file cannot be less than 1');
  const compress = given.compress;
  if (compress === undefined) return;
  if (!/^(1|t|true|0|f|false)$/i.test(compress)) {
    throw fail(`strconv.ParseBool: parsing ${JSON.stringify(compress)}: invalid syntax`);
  }
  if (/^(1|t|true)$/i.test(compress) && (Number(files) < 2 || size === undefined)) {
    throw fail('compress cannot be true when max-file is less than 2 or max-size is not set');
  }
}
