import { afterEach, expect, test } from 'bun:test';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { GrpcConnection } from './client.ts';
import { FrameReader, frames } from './frames.ts';
import { createGrpcServer, type GrpcHandler } from './server.ts';
import { GrpcError, grpcCodes } from './status.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});

async function connected(
  handlers: Record<string, GrpcHandler>,
  accept: (socket: Socket, serve: (connection: Duplex) => void) => void = (socket, serve) => serve(socket),
): Promise<GrpcConnection> {
  const grpc = createGrpcServer({
    handler: path => handlers[path],
    toError: error => new GrpcError(grpcCodes.unknown, error instanceof Error ? error.message : String(error)),
  });
  const server: Server = createServer(socket => accept(socket, connection => grpc.serve(connection)));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no address');
  const socket = createConnection(address.port, '127.0.0.1');
  const connection = new GrpcConnection(socket);
  cleanups.push(() => {
    connection.close();
    grpc.close();
    server.close();
  });
  return connection;
}

test.each([false, true])('messages are cut right, whatever pieces they come in (brief: %p)', isBrief => {
  const long = Buffer.alloc(1_500_000, 'long').toString();
  const texts = ['one', '', 'three', long.slice(0, 5000), 'four', long, 'five'];
  const stream = frames(texts.map(text => Buffer.from(text)));
  for (const size of [1, 2, 5, 7, 100, 4096, 300_000, stream.length]) {
    const reader = new FrameReader({ isBrief });
    const messages: string[] = [];
    // What would be long in small pieces is tried in larger ones.
    const end = size < 4096 ? 6000 : stream.length;
    for (let at = 0; at < end; at += size) {
      messages.push(...reader.push(stream.subarray(at, Math.min(at + size, end))).map(String));
    }
    expect(messages).toEqual(size < 4096 ? texts.slice(0, 5) : texts);
    expect(reader.atBoundary).toBe(size >= 4096);
  }
  expect(() => new FrameReader().push(Buffer.from([1, 0, 0, 0, 0]))).toThrow('compressed');
  expect(() => new FrameReader().push(Buffer.from([0, 255, 0, 0, 0]))).toThrow('longer than');
});

test('a call gives an answer, with metadata on the way', async () => {
  const connection = await connected({
    '/a.B/C': async call => {
      await call.send(Buffer.from(`${call.metadata['x-name']}: ${await call.first()}`));
    },
  });
  const answer = await connection.unary('/a.B/C', Buffer.from('hello'), { metadata: { 'x-name': 'n' } });
  expect(answer.toString()).toBe('n: hello');
});

test('every value of a header arrives', async () => {
  const connection = await connected({
    '/a.B/C': async call => void (await call.send(Buffer.from(JSON.stringify(call.metadata['x-list'])))),
  });
  const options = { metadata: { 'x-list': ['a, b', 'c'] } };
  expect(JSON.parse(String(await connection.unary('/a.B/C', Buffer.from(''), options)))).toEqual(['a, b', 'c']);
});

test('bytes that came before the connection was taken over are not lost', async () => {
  const echo: GrpcHandler = async call => void (await call.send(await call.first()));
  const connection = await connected({ '/a.B/C': echo }, (socket, serve) => {
    socket.once('data', first => {
      socket.pause();
      socket.unshift(first);
      serve(socket);
    });
  });
  expect(String(await connection.unary('/a.B/C', Buffer.from('early')))).toBe('early');
});

test('a call is over when the server says so, though the client has not ended its side', async () => {
  const connection = await connected({ '/a.B/C': async call => void (await call.send(Buffer.from('all'))) });
  const call = connection.call('/a.B/C');
  const messages: string[] = [];
  for await (const message of call.messages()) messages.push(String(message));
  expect(messages).toEqual(['all']);
});

test('an error arrives with its code, its message and its details', async () => {
  const connection = await connected({
    '/a.B/C': async () => {
      throw new GrpcError(grpcCodes.notFound, 'nö 100%\n', Buffer.from([1, 2]));
    },
    '/a.B/D': async () => {
      throw new Error('boom');
    },
  });
  const failure = await connection.unary('/a.B/C', Buffer.alloc(0)).catch(error => error);
  expect(failure).toMatchObject({ code: 5, message: 'nö 100%\n' });
  expect([...failure.details]).toEqual([1, 2]);
  // `rejects` would run the event loop inside of itself, which HTTP/2 does not survive.
  const other = await connection.unary('/a.B/D', Buffer.alloc(0)).catch(error => error);
  expect(other).toMatchObject({ code: 2, message: 'boom' });
  const unknown = await connection.unary('/a.B/E', Buffer.alloc(0)).catch(error => error);
  expect(unknown).toMatchObject({ code: 12, message: 'unknown method /a.B/E' });
});

test('many megabytes go both ways at once without being held', async () => {
  const connection = await connected({
    '/a.B/Echo': async call => {
      for await (const message of call.messages()) await call.send(message);
    },
  });
  const call = connection.call('/a.B/Echo');
  const part = Buffer.alloc(256 * 1024, 'x');
  const sending = (async () => {
    for (let count = 0; count < 128; count++) await call.send(part);
    call.end();
  })();
  let received = 0;
  for await (const message of call.messages()) received += message.length;
  await sending;
  expect(received).toBe(128 * part.length);
});

test('a client that gives up aborts the call', async () => {
  let aborted: (() => void) | undefined;
  const seen = new Promise<void>(resolve => {
    aborted = resolve;
  });
  const connection = await connected({
    '/a.B/Wait': async call => {
      await call.send(Buffer.from('ready'));
      await new Promise<void>(resolve => call.signal.addEventListener('abort', () => resolve()));
      aborted?.();
    },
  });
  const cancel = new AbortController();
  const call = connection.call('/a.B/Wait', { signal: cancel.signal });
  call.end();
  const reading = (async () => {
    for await (const _ of call.messages()) cancel.abort();
  })();
  expect(await reading.catch(error => error)).toMatchObject({ code: 1 });
  await seen;
});

test('a call that is refused in the middle is over, although there was more to say', async () => {
  const connection = await connected({
    '/a.B/C': async call => {
      await call.first();
      throw new GrpcError(grpcCodes.alreadyExists, 'enough');
    },
  });
  const call = connection.call('/a.B/C');
  await call.send(Buffer.from('one'));
  const failure = await call
    .messages()
    .next()
    .catch(error => error);
  expect(failure).toMatchObject({ code: 6, message: 'enough' });
});

/** Increments of the window for all calls together, in the frames of HTTP/2 that a client has sent. */
function* connectionWindows(sent: Buffer): Generator<number> {
  const [preface, head, windowUpdate] = [24, 9, 8];
  for (let at = preface; at + head <= sent.length; at += head + sent.readUIntBE(at, 3)) {
    const isWhole = at + head + 4 <= sent.length;
    if (isWhole && sent[at + 3] === windowUpdate && sent.readUInt32BE(at + 5) === 0) yield sent.readUInt32BE(at + head);
  }
}

/** The same connection; HTTP/2 reads a socket past whoever listens to it. */
function overheard(socket: Socket, hear: (piece: Buffer) => void): Duplex {
  const duplex = new Duplex({
    read: () => void socket.resume(),
    write: (data: Buffer, _encoding, done) => void socket.write(data, () => done()),
    final: done => void socket.end(done),
  });
  socket.on('data', (piece: Buffer) => {
    hear(piece);
    if (!duplex.push(piece)) socket.pause();
  });
  socket.once('close', () => duplex.destroy());
  return duplex;
}

test('all calls together may have as much on their way as one, as soon as one was answered', async () => {
  const pieces: Buffer[] = [];
  const release = Promise.withResolvers<void>();
  const connection = await connected(
    {
      '/a.B/C': async call => {
        await release.promise;
        await call.send(Buffer.from('answer'));
      },
    },
    (socket, serve) => serve(overheard(socket, piece => pieces.push(piece))),
  );
  const widened = () => [...connectionWindows(Buffer.concat(pieces))];
  const answer = connection.unary('/a.B/C', Buffer.from('question'));
  // The question is here, with all that was said before it.
  while (!Buffer.concat(pieces).includes('question')) await Bun.sleep(1);
  expect(widened()).toEqual([]);
  release.resolve();
  await answer;
  while (widened().length === 0) await Bun.sleep(1);
  // HTTP/2 begins with 64 KiB.
  expect(widened()[0]).toBe(4 * 1024 * 1024 - 65_535);
});
