// Runtimes' messages in Docker's words.

import { describe, expect, test } from 'bun:test';
import { runtimeError } from './runtime-error.ts';

const failed = { runtime: 'crun', action: 'create', program: '/etc', cwd: '/' } as const;
const create = 'failed to create task for container: failed to create shim task: OCI runtime create failed: ';
const start = 'unable to start container process: ';

describe('runtimeError', () => {
  test.each([
    [
      'setrlimit `RLIMIT_NOFILE`: Operation not permitted\n',
      'error setting rlimits for ready process: error setting rlimit type RLIMIT_NOFILE: operation not permitted',
      'system',
    ],
    [
      "error stat'ing file `/nosuch`: No such file or directory\n",
      'error mounting "/nosuch": stat /nosuch: no such file or directory',
      'invalid',
    ],
    [
      'write to /proc/sys/kernel/shmmax: Invalid argument\n',
      'failed to write sysctl kernel.shmmax: invalid argument',
      'system',
    ],
    ['open executable: Operation not permitted\n', 'exec: "/etc": is a directory: permission denied', 'invalid'],
    ['something new\n', 'something new', 'system'],
    ['', 'crun gave no reason', 'system'],
  ])('%j', (output, detail, kind) => {
    const message = `${create}crun create failed: ${start}error during container init: ${detail}`;
    expect(runtimeError({ ...failed, output })).toMatchObject({ message, kind });
  });

  test('runc’s log line is unwrapped', () => {
    const output =
      'time="2026-11-21T12:02:47Z" level=error msg="runc create failed: exec: \\"x\\": executable file not found in $PATH"\n';
    expect(runtimeError({ ...failed, runtime: 'runc', output })).toMatchObject({
      message: `${create}runc create failed: exec: "x": executable file not found in $PATH`,
      kind: 'invalid',
    });
  });

  test('an exec has words of its own', () => {
    const output = 'executable file `nosuch` not found in $PATH: No such file or directory\n';
    expect(runtimeError({ ...failed, action: 'exec', program: 'nosuch', output }).message).toBe(
      `OCI runtime exec failed: exec failed: ${start}exec: "nosuch": executable file not found in $PATH`,
    );
  });
});
