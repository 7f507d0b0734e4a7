// Docker's default driver by name: one file per container, in the monitor's k8s-file line format.

import { join } from 'node:path';
import type { LogDriver, LogTarget } from '../driver.ts';
import { Followers } from '../k8s-file/followers.ts';
import { readLog } from '../k8s-file/read-log.ts';
import { removeLogFiles } from '../k8s-file/rotated-files.ts';
import { parseLogLimits } from '../rotation/limits.ts';
import { LogRotation } from '../rotation/log-rotation.ts';
import { validateCommonOptions } from './common-options.ts';

const options = ['max-file', 'max-size', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag'];

/** Keeps `<directory>/<container id>-json.log`, and what was rotated away beside it. */
export function createJsonFileDriver(): LogDriver {
  const followers = new Followers();
  return {
    name: 'json-file',
    validate: given => validateCommonOptions('json-file', given, options),
    open(target) {
      parseLogLimits(target.options);
      return { path: logPath(target), format: 'k8s-file' };
    },
    path: logPath,
    readBatches: (target, read) => readLog(logPath(target), read, followers),
    rotate(target, writer) {
      const limits = parseLogLimits(target.options);
      return limits && new LogRotation(logPath(target), limits, { writer, followers });
    },
    remove: target => removeLogFiles(logPath(target)),
  };
}

function logPath(target: Pick<LogTarget, 'directory' | 'containerId'>): string {
  return join(target.directory, `${target.containerId}-json.log`);
}
