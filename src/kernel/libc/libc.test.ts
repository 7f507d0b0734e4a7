import { expect, test } from 'bun:test';
import { address, cstring, openLibc } from './libc.ts';
import { fromNodeError, SystemCallError, systemCallError } from './system-call-error.ts';

const libc = openLibc();

test('a failed call says what, why and where', () => {
  const missing = '/no/such/folder';
  const fail = () => libc.check('umount', libc.call.umount2(cstring(missing), 0), missing);
  expect(fail).toThrow(SystemCallError);
  expect(fail).toThrow('umount /no/such/folder: no such file or directory');
  expect(fail).toThrow(expect.objectContaining({ call: 'umount', errno: 2, code: 'ENOENT', path: missing }));
});

test('a raw system call passes addresses', () => {
  const openat2 = 437;
  const how = Buffer.alloc(24);
  const fd = libc.syscall('openat2', openat2, [-100, cstring('/'), how, how.length]);
  expect(fd).toBeGreaterThan(2);
  expect(libc.call.close(fd)).toBe(0);
  expect(address(how)).toBeGreaterThan(0n);
  expect(() => libc.syscall('openat2', openat2, [-100, cstring('/no'), how, how.length])).toThrow('openat2: no such');
});

test('a string with a NUL is refused', () => {
  expect(() => cstring('a\0b')).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  expect(cstring('hällo').toString()).toBe('hällo\0');
});

test('errors of node become ours, others stay', () => {
  const node = Object.assign(new Error('x'), { code: 'EACCES', syscall: 'open', path: '/p' });
  expect(fromNodeError(node)).toMatchObject({ code: 'EACCES', call: 'open', path: '/p', errno: 13 });
  expect(fromNodeError('text')).toBe('text');
  expect(systemCallError('x', 'EADDRINUSE').message).toBe('x: address already in use');
  expect(new SystemCallError('x', 116).code).toBe('ESTALE');
  expect(new SystemCallError('x', 9999).code).toBe('E9999');
});
