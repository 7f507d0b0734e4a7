import { expect, test } from 'bun:test';
import type { Answer } from '../transport/transport.ts';
import { answerError } from './answer-error.ts';

const answer = (status: number, body: unknown): Answer =>
  ({ status, headers: {}, buffer: async () => Buffer.from(JSON.stringify(body)) }) as unknown as Answer;

test("what a server says of its refusal, whatever the case of its document's keys", async () => {
  const said = { errors: [{ Code: 'UNAUTHORIZED', message: 'a message', detail: null }] };
  expect((await answerError(answer(401, said))).message).toBe('unauthorized: a message');
  const Errors = [{ code: 'TOOMANYREQUESTS', Message: 'out of tokens' }];
  expect((await answerError(answer(429, { Errors }))).message).toBe('toomanyrequests: out of tokens');
});
