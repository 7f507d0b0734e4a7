import { expect, test } from 'bun:test';
import { duplexPair } from 'node:stream';
import { encodeFrame } from '../../lib/streams/frames.ts';
import { fakeIo } from '../testing/fake-io.ts';
import { runSession } from './attach-session.ts';

test.each([true, false])('a session ends when nobody reads its output any more (terminal: %p)', async tty => {
  const [socket, process] = duplexPair();
  const io = fakeIo();
  Object.defineProperty(io.stdout, 'broken', { value: true });
  const ended = runSession({
    io,
    connection: { socket, multiplexed: !tty } as unknown as Parameters<typeof runSession>[0]['connection'],
    ...{ tty, stdin: false, detachKeys: '' },
  }).catch((error: unknown) => error);
  const line = Buffer.from('y\n');
  process.write(tty ? line : encodeFrame('stdout', line));
  expect(await ended).toMatchObject({ code: 141 });
  expect(socket.destroyed).toBe(true);
});
