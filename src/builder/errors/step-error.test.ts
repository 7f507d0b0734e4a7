import { expect, test } from 'bun:test';
import { invalid, systemError } from '../../lib/errors.ts';
import { StepError, StepStartError } from './step-error.ts';

test('a command that could not be started is named with the reason; the classic builder says all of it', () => {
  const said =
    'failed to create task for container: crun create failed: unable to start container process: ' +
    'error during container init: exec: "nosuch": executable file not found in $PATH';
  const missing = new StepStartError('nosuch x', systemError(said));
  const reason = 'exec: "nosuch": executable file not found in $PATH';
  expect(missing.message).toBe(`process "nosuch x" did not complete successfully: ${reason}`);
  expect(missing.classic).toBe(said);
  const stranger = new StepStartError('id', invalid('unable to find user a: no matching entries in passwd file'));
  expect(stranger).toMatchObject({
    kind: 'invalid',
    message: 'process "id" did not complete successfully: unable to find user a: no matching entries in passwd file',
  });
});

test('what the machine knows of the reason is said in both words', () => {
  const step = { vertex: 'sha256:0', name: 'RUN x', command: 'x', exitCode: 137, oomKilled: true } as const;
  const oom = new StepError(step);
  expect(oom.message).toBe('process "x" did not complete successfully: exit code: 137: cannot allocate memory');
  expect(oom.classic).toBe("The command 'x' returned a non-zero code: 137: cannot allocate memory");
  const refused = new StepError({ ...step, exitCode: 2, oomKilled: false, forksRefused: true });
  expect(refused.message).toEndWith('exit code: 2: the limit of processes was reached (--ulimit nproc)');
});
