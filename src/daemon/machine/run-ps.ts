// The host's ps(1), which `docker top` passes its options to.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { errorCode, systemError } from '../../lib/errors.ts';

/** Throws `system` when the host has no ps. */
export async function runPs(args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const child = spawn('ps', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', error =>
      reject(errorCode(error) === 'ENOENT' ? systemError('ps: not found on the host: install procps', error) : error),
    );
    child.once('close', code => resolve(code ?? -1));
  });
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, output, errors };
}
