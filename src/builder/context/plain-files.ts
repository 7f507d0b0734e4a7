// ContextFiles for tests: times by node, no attributes, no devices.
import { lutimesSync } from 'node:fs';
import type { ContextFiles } from './sources/context-files.ts';

/** What tests of the context use instead of the kernel. */
export const plainFiles: ContextFiles = {
  makeNode: () => {
    throw new Error('no devices in this test');
  },
  setTimes: (path, { mtime }) => lutimesSync(path, mtime, mtime),
  listXattr: () => [],
  getXattr: () => undefined,
};
