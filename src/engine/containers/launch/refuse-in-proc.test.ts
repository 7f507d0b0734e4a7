import { expect, test } from 'bun:test';
import { refuseInProc } from './refuse-in-proc.ts';

test('only what lxcfs serves is mounted into /proc', () => {
  for (const destination of ['/proc', '/process/sys', '/proc/meminfo', '/proc//net/dev']) refuseInProc(destination);
  for (const destination of ['/proc/sys', '/proc//sys', '/proc/1/ns', '/proc/../proc/kcore']) {
    expect(() => refuseInProc(destination)).toThrow('cannot be mounted because it is inside /proc');
  }
});
