import { expect, test } from 'bun:test';
import { solveRequest } from '../../../api/buildkit/control.ts';
import { decode } from '../../../api/buildkit/message.ts';
import { BuildJob, type JobBuilder } from './build-job.ts';

test('a client that is gone before it chose what to build has chosen nothing', async () => {
  const builder: JobBuilder = {
    start: () => {
      throw new Error('nothing is built');
    },
    hold: () => ({ [Symbol.dispose]: () => {} }),
  };
  const job = new BuildJob(decode(solveRequest, Buffer.alloc(0)), builder);
  expect(await job.chosen(AbortSignal.abort()).catch((error: unknown) => error)).toMatchObject({ code: 1 });
});
