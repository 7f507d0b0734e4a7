// The driver that keeps nothing.

import { invalid, notImplemented } from '../../lib/errors.ts';
import type { LogDriver } from '../driver.ts';

/** Docker's `none`: accepts no option, nothing can be read. */
export function createNoneDriver(): LogDriver {
  return {
    name: 'none',
    validate(options) {
      for (const key of Object.keys(options)) throw invalid(`unknown log opt '${key}' for none log driver`);
    },
    open: () => ({ path: undefined, format: 'none' }),
    readBatches() {
      throw notImplemented('configured logging driver does not support reading');
    },
    remove() {},
  };
}
