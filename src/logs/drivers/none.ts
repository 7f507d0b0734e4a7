// The driver that keeps nothing.

import { notImplemented } from '../../lib/errors.ts';
import type { LogDriver } from '../driver.ts';

/** Docker's `none`: whatever options are given mean nothing, and nothing can be read. */
export function createNoneDriver(): LogDriver {
  return {
    name: 'none',
    validate() {},
    open: () => ({ path: undefined, format: 'none' }),
    path: () => undefined,
    readBatches() {
      throw notImplemented('configured logging driver does not support reading');
    },
    rotate: () => undefined,
    remove() {},
  };
}
