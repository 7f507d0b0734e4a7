import { afterEach, beforeEach, expect, test } from 'bun:test';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  bytesMessage,
  credentialsRequest,
  credentialsResponse,
  getSecretRequest,
  getSecretResponse,
} from '../../../api/buildkit/callbacks.ts';
import {
  contentInfoResponse,
  readContentResponse,
  writeContentRequest,
  writeContentResponse,
} from '../../../api/buildkit/content.ts';
import { statOfEntry } from '../../../api/buildkit/files/file-stat.ts';
import { type Packet, packet, packetType } from '../../../api/buildkit/files/packet.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import { Mirrors } from '../../../builder/index.ts';
import { createGrpcServer, type GrpcHandler } from '../../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { tarEntry } from '../../../lib/tar/entry.ts';
import { receiveDirectory } from './receive-directory.ts';
import { sendDirectory } from './send-directory.ts';
import type { Session } from './session.ts';
import { SessionSource } from './session-source.ts';
import { Sessions } from './sessions.ts';
import type { SessionPatience } from './watch-session.ts';

let folder: string;
const cleanups: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-session-'));
});
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
  rmSync(folder, { recursive: true });
});

const live = new AbortController().signal;

/** A session whose client answers like this, and how to end it. */
async function opened(
  handlers: Record<string, GrpcHandler>,
  patience?: SessionPatience,
  id = 'id',
): Promise<{ session: Session; sessions: Sessions; end: () => void }> {
  const client = createGrpcServer({
    handler: path => handlers[path],
    toError: error => (error instanceof GrpcError ? error : new GrpcError(grpcCodes.unknown, String(error))),
  });
  const sessions = new Sessions(patience);
  const accepted = Promise.withResolvers<Session>();
  const headers = {
    'x-docker-expose-session-uuid': id,
    'x-docker-expose-session-sharedkey': 'shared',
    'x-docker-expose-session-grpc-method': Object.keys(handlers).join(', '),
  };
  const server = createServer(socket => accepted.resolve(sessions.add(socket, headers)));
  await new Promise<void>(resolve => server.listen(join(folder, 'socket'), resolve));
  const socket = createConnection(join(folder, 'socket'));
  client.serve(socket);
  const end = () => socket.destroy();
  cleanups.push(() => {
    end();
    client.close();
    sessions.close();
    server.close();
  });
  return { session: await accepted.promise, sessions, end };
}

test('a client is asked for credentials and secrets, and what it does not answer is not there', async () => {
  const { session } = await opened({
    '/moby.filesync.v1.Auth/Credentials': async call => {
      const { host } = decode(credentialsRequest, await call.first());
      await call.send(encode(credentialsResponse, { username: host, secret: 's' }));
    },
    '/moby.buildkit.secrets.v1.Secrets/GetSecret': async call => {
      const { id } = decode(getSecretRequest, await call.first());
      if (id !== 'known') throw new GrpcError(grpcCodes.notFound, 'no');
      await call.send(encode(getSecretResponse, { data: Buffer.from('secret') }));
    },
  });
  expect(session.identity).toMatchObject({ id: 'id', sharedKey: 'shared' });
  expect(await session.credentials('docker.io', live)).toEqual({ username: 'registry-1.docker.io', password: 's' });
  expect(Buffer.from((await session.secret('known', live)) ?? []).toString()).toBe('secret');
  expect(await session.secret('other', live)).toBeUndefined();
  expect(await session.missingSsh('default', live)).toBe('no SSH key "default" forwarded from the client');
});

test('bytes go both ways through an agent, and a file of the client gets all of them', async () => {
  let written = '';
  const { session } = await opened({
    '/moby.sshforward.v1.SSH/ForwardAgent': async call => {
      for await (const message of call.messages()) {
        const text = Buffer.from(decode(bytesMessage, message).data).toString();
        await call.send(encode(bytesMessage, { data: Buffer.from(`${call.metadata['buildkit.ssh.id']}:${text}`) }));
      }
    },
    '/moby.filesync.v1.FileSend/DiffCopy': async call => {
      for await (const message of call.messages()) written += Buffer.from(decode(bytesMessage, message).data);
    },
  });
  const agent = session.ssh('mine', live);
  agent.end('hello');
  expect((await buffer(agent)).toString()).toBe('mine:hello');
  const file = session.writeFile({ exporter: 1, metadata: {} }, live);
  await new Promise<void>((resolve, reject) => {
    file.on('error', reject);
    file.end('to the client', resolve);
  });
  expect(written).toBe('to the client');
});

/** A client that has these files: it lists them, sends what it is asked for, and notes what that was. */
function sender(files: Record<string, string>, asked: string[]): GrpcHandler {
  return async call => {
    const send = (part: Partial<Packet>) => call.send(encode(packet, part));
    const names = Object.keys(files);
    for (const name of names) {
      const size = files[name]?.length ?? 0;
      const stat = statOfEntry(tarEntry({ type: 'file', name, size, mode: 0o640, mtime: size }));
      await send({ type: packetType.packetStat, stat });
    }
    await send({ type: packetType.packetStat });
    for await (const message of call.messages()) {
      const { type, id } = decode(packet, message);
      if (type === packetType.packetFin) {
        await send({ type: packetType.packetFin });
        return;
      }
      const name = names[id] ?? '';
      asked.push(name);
      await send({ type: packetType.packetData, id, data: Buffer.from(files[name] ?? '') });
      await send({ type: packetType.packetData, id });
    }
  };
}

const special = { makeNode: () => {}, setTimes: () => {} };

test('a directory of the client is received, and again only what changed', async () => {
  const files: Record<string, string> = { a: 'one', b: 'two two' };
  const asked: string[] = [];
  const { session } = await opened({ '/moby.filesync.v1.FileSync/DiffCopy': sender(files, asked) });
  const mirror = new Mirrors(join(folder, 'mirrors'), special).acquire('k', '');
  let received = 0;
  const receive = () =>
    receiveDirectory(session.syncFiles({ 'dir-name': 'context' }, live), mirror, {
      report: size => {
        received = size;
      },
    });
  await receive();
  expect(readFileSync(join(mirror.directory, 'b'), 'utf8')).toBe('two two');
  expect(received).toBeGreaterThan(10);
  await receive();
  files.a = 'another';
  await receive();
  await receive();
  expect(asked).toEqual(['a', 'b', 'a']);
  expect(readFileSync(join(mirror.directory, 'a'), 'utf8')).toBe('another');
  expect(readdirSync(mirror.directory).sort()).toEqual(['a', 'b']);
});

test('what is wanted first is asked for first, and used before the rest has come', async () => {
  const asked: string[] = [];
  const used = Promise.withResolvers<void>();
  const content = Buffer.alloc(200 * 1024);
  const { session } = await opened({
    '/moby.filesync.v1.FileSync/DiffCopy': async call => {
      const send = (values: Partial<Packet>) => call.send(encode(packet, values));
      const names = ['a', 'b', 'small'];
      for (const name of names) {
        const size = name === 'small' ? 5 : content.length;
        const stat = statOfEntry(tarEntry({ type: 'file', name, size, mtime: 1 }));
        await send({ type: packetType.packetStat, stat });
      }
      await send({ type: packetType.packetStat });
      for await (const message of call.messages()) {
        const { type, id } = decode(packet, message);
        if (type === packetType.packetFin) return await send({ type: packetType.packetFin });
        asked.push(names[id] ?? '');
        const data = names[id] === 'small' ? Buffer.from('small') : content;
        await send({ type: packetType.packetData, id, data });
        await send({ type: packetType.packetData, id });
        if (names[id] === 'small') await used.promise;
      }
    },
  });
  const mirror = new Mirrors(join(folder, 'mirrors'), special).acquire('k', '');
  const wanted = [
    { sources: ['a'], depth: 2 },
    { sources: ['b', 'small'], depth: 1 },
    { sources: ['small'], depth: 0 },
  ];
  await receiveDirectory(session.syncFiles({}, live), mirror, {
    ...{ wanted, report: () => {} },
    listed: here => {
      void here({ sources: ['small'] }).then(() => {
        expect(readFileSync(join(mirror.directory, 'small'), 'utf8')).toBe('small');
        used.resolve();
      });
    },
  });
  expect(asked).toEqual(['small', 'b', 'a']);
  expect(readFileSync(join(mirror.directory, 'a'))).toEqual(content);
});

test('a list that goes on after its end is refused', async () => {
  const { session } = await opened({
    '/moby.filesync.v1.FileSync/DiffCopy': async call => {
      const stat = (name: string) => statOfEntry(tarEntry({ type: 'file', name, size: 1 }));
      await call.send(encode(packet, { type: packetType.packetStat, stat: stat('a') }));
      await call.send(encode(packet, { type: packetType.packetStat }));
      await call.send(encode(packet, { type: packetType.packetStat, stat: stat('b') }));
      for await (const _ of call.messages());
    },
  });
  const mirror = new Mirrors(join(folder, 'mirrors'), special).acquire('k', '');
  const received = receiveDirectory(session.syncFiles({}, live), mirror, { report: () => {} });
  expect(await received.catch(error => error.message)).toBe('the client told of more files after the end of its list');
});

test('what a client lists cannot lead out, and its complaint is the error', async () => {
  const bad = (name: string): GrpcHandler => sender({ [name]: 'x' }, []);
  const mirror = new Mirrors(join(folder, 'mirrors'), special).acquire('k', '');
  for (const name of ['../x', '/etc/x', 'a/../../x', 'missing/x']) {
    const { session, end } = await opened({ '/moby.filesync.v1.FileSync/DiffCopy': bad(name) });
    const failure = await receiveDirectory(session.syncFiles({}, live), mirror, { report: () => {} }).catch(
      error => error,
    );
    expect(failure.message).toContain('invalid path in the build context');
    end();
    for (const clean of cleanups.splice(0).reverse()) clean();
    rmSync(join(folder, 'socket'), { force: true });
  }
  const { session } = await opened({
    '/moby.filesync.v1.FileSync/DiffCopy': async call => {
      await call.send(encode(packet, { type: packetType.packetErr, data: Buffer.from('no such folder') }));
    },
  });
  const failure = await receiveDirectory(session.syncFiles({}, live), mirror, { report: () => {} }).catch(
    error => error,
  );
  expect(failure.message).toBe('error from sender: no such folder');
});

test('files that are told after the end of the list are refused', async () => {
  const said = Promise.withResolvers<void>();
  const { session } = await opened({
    '/moby.filesync.v1.FileSync/DiffCopy': async call => {
      await call.send(encode(packet, { type: packetType.packetStat }));
      await call.send(encode(packet, { type: packetType.packetStat, stat: { path: 'late', mode: 0o644 } }));
      await said.promise;
    },
  });
  const mirror = new Mirrors(join(folder, 'mirrors'), { makeNode: () => {}, setTimes: () => {} }).acquire('k', '');
  const failure = await receiveDirectory(session.syncFiles({}, live), mirror, { report: () => {} }).catch(
    error => error,
  );
  said.resolve();
  expect(failure.message).toBe('the client told of more files after the end of its list');
});

test('a client that answers nothing any more is gone', async () => {
  const silent: GrpcHandler = () => new Promise(() => {});
  const { session } = await opened({ '/grpc.health.v1.Health/Check': silent }, { pause: 1, answer: 50 });
  await session.closed;
});

test('a client that refuses to say whether it is there, is', async () => {
  let asked = 0;
  const thrice = Promise.withResolvers<void>();
  const refuse: GrpcHandler = async () => {
    if (++asked === 3) thrice.resolve();
    throw new GrpcError(grpcCodes.unimplemented, 'no health');
  };
  const { sessions } = await opened({ '/grpc.health.v1.Health/Check': refuse }, { pause: 1, answer: 60_000 });
  await thrice.promise;
  expect((await sessions.get('id', live)).identity.id).toBe('id');
});

test('a directory of ours is sent below the folder it belongs to', async () => {
  mkdirSync(join(folder, 'out/d'), { recursive: true });
  writeFileSync(join(folder, 'out/d/f'), 'content');
  symlinkSync('d/f', join(folder, 'out/l'));
  linkSync(join(folder, 'out/d/f'), join(folder, 'out/same'));
  const got: Record<string, string> = {};
  const { session } = await opened({
    '/moby.filesync.v1.FileSend/DiffCopy': async call => {
      const names: string[] = [];
      for await (const message of call.messages()) {
        const { type, stat, id, data } = decode(packet, message);
        if (type === packetType.packetStat && stat) {
          names.push(stat.path ?? '');
          got[stat.path ?? ''] = stat.linkname ?? '';
          if (stat.path?.endsWith('/f'))
            await call.send(encode(packet, { type: packetType.packetReq, id: names.length - 1 }));
        } else if (type === packetType.packetData && data.length > 0)
          got[names[id] ?? ''] += Buffer.from(data).toString();
        else if (type === packetType.packetData) await call.send(encode(packet, { type: packetType.packetFin }));
        else if (type === packetType.packetFin) return;
      }
    },
  });
  let sent = 0;
  await sendDirectory(session.sendFiles(0, live), join(folder, 'out'), {
    folder: 'linux_amd64',
    report: size => {
      sent = size;
    },
  });
  expect(got).toEqual({
    ...{ linux_amd64: '', 'linux_amd64/d': '', 'linux_amd64/d/f': 'content', 'linux_amd64/l': 'd/f' },
    'linux_amd64/same': 'linux_amd64/d/f',
  });
  expect(sent).toBe(7);
});

test('blobs of the client are read, written and missed', async () => {
  const stored: Record<string, string> = { 'sha256:a': 'blob a' };
  const service = '/containerd.services.content.v1.Content/';
  const { session } = await opened({
    [`${service}Info`]: async call => {
      const digest = Buffer.from(await call.first())
        .toString('latin1')
        .slice(2);
      const text = stored[digest];
      if (text === undefined) throw new GrpcError(grpcCodes.notFound, 'no');
      await call.send(encode(contentInfoResponse, { info: { digest, size: text.length } }));
    },
    [`${service}Read`]: async call => {
      const digest = Buffer.from(await call.first())
        .toString('latin1')
        .slice(2);
      const text = stored[digest];
      if (text === undefined) throw new GrpcError(grpcCodes.notFound, 'no');
      for (const part of text.split(' ')) await call.send(encode(readContentResponse, { data: Buffer.from(part) }));
    },
    [`${service}Write`]: async call => {
      let text = '';
      for await (const message of call.messages()) {
        const { action, data, expected } = decode(writeContentRequest, message);
        if (stored[expected] !== undefined) throw new GrpcError(grpcCodes.alreadyExists, 'there');
        text += Buffer.from(data).toString();
        if (action === 2) stored[expected] = `${call.metadata['buildkit-attachable-store-id']} ${text}`;
        await call.send(encode(writeContentResponse, { action, offset: text.length }));
        if (action === 2) return;
      }
    },
  });
  const blobs = session.blobs('local:/c');
  expect(await blobs.size('sha256:a', live)).toBe(6);
  expect(await blobs.size('sha256:z', live)).toBeUndefined();
  const read: string[] = [];
  for await (const part of blobs.read('sha256:a', live)) read.push(Buffer.from(part).toString());
  expect(read).toEqual(['blob', 'a']);
  const missing = await Array.fromAsync(blobs.read('sha256:z', live)).catch(error => error);
  expect(missing).toMatchObject({ kind: 'not-found' });
  async function* data() {
    yield Buffer.from('new ');
    yield Buffer.from('blob');
  }
  await blobs.write({ digest: 'sha256:n', size: 8 }, data(), live);
  await blobs.write({ digest: 'sha256:n', size: 8 }, data(), live);
  expect(stored['sha256:n']).toBe('local:/c new blob');
});

test('a session is waited for, and its end is told to its build alone', async () => {
  const sessions = new Sessions();
  const gone = new AbortController();
  const waiting = sessions.get('never', gone.signal).catch(error => error);
  gone.abort();
  expect((await waiting).message).toBe('no active session for never: context deadline exceeded');
  const { sessions: own, session, end } = await opened({});
  expect(await own.get('id', live)).toBe(session);
  const over = new AbortController();
  const quiet = own.loss('id', over.signal);
  const lost = own.loss('id', live);
  over.abort();
  end();
  await new Promise<void>(resolve => lost.addEventListener('abort', () => resolve(), { once: true }));
  expect(lost.reason.message).toBe("the client's session id ended before the build did");
  expect(quiet.aborted).toBe(false);
});

test("whoever is gone already does not wait for a session, and one without an id is nobody's", async () => {
  const sessions = new Sessions();
  const refused = await sessions.get('never', AbortSignal.abort()).catch(error => error);
  expect(refused.message).toBe('no active session for never: context deadline exceeded');
  const { sessions: unnamed, session } = await opened({}, undefined, '');
  expect((await unnamed.get('', live).catch(error => error)).message).toBe('the build names no session');
  unnamed.close();
  await session.closed;
});

test('a client that sends no files leaves no copy of them in use', async () => {
  const { session } = await opened({ '/moby.filesync.v1.Auth/Credentials': async () => {} });
  const mirrors = new Mirrors(join(folder, 'mirrors'), { makeNode: () => {}, setTimes: () => {} });
  const source = new SessionSource('context', { session: async () => session, id: 'id', mirrors });
  const opening = source.open({}, { signal: live, report: () => {} });
  expect(String(await opening.catch((error: unknown) => error))).toContain('no local sources enabled');
  expect(mirrors.list().map(({ inUse }) => inUse)).toEqual([false]);
});
