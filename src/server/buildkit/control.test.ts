import { afterEach, expect, test } from 'bun:test';
import { createConnection, createServer } from 'node:net';
import {
  type SolveRequest,
  solveRequest,
  solveResponse,
  statusRequest,
  statusResponse,
} from '../../api/buildkit/control.ts';
import {
  bridgeSolveRequest,
  bridgeSolveResponse,
  pingRequest,
  pongResponse,
  returnRequest,
} from '../../api/buildkit/gateway.ts';
import { buildHistoryEvent, buildHistoryRequest } from '../../api/buildkit/history.ts';
import { decode, encode } from '../../api/buildkit/message.ts';
import {
  type BuildEvent,
  type Builder,
  type BuildRequest,
  type BuildRun,
  DockerfileError,
  type HistoryRecord,
} from '../../builder/index.ts';
import { GrpcConnection } from '../../lib/grpc/client.ts';
import { createGrpcServer } from '../../lib/grpc/server.ts';
import { controlMethods } from './control.ts';
import { gatewayMethods } from './gateway.ts';
import { BuildJobs } from './solve/build-jobs.ts';
import { buildFailure } from './solve/failure.ts';
import type { RequestParts } from './solve/requests/solve-request.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});

const worker = {
  id: 'w',
  version: '1',
  commit: 'c',
  hostname: 'h',
  platform: { os: 'linux', architecture: 'amd64' },
  hostGateway: () => '',
  gcRules: () => [],
};
const vertex = 'sha256:aa';
const at = new Date('2026-01-02T03:04:05.678Z');
const events: BuildEvent[] = [
  { kind: 'plan', steps: [] },
  { kind: 'vertex', vertex: { digest: vertex, name: '[1/1] RUN x', inputs: [] } },
  { kind: 'started', vertex, at },
  { kind: 'log', vertex, stream: 'stderr', data: Buffer.from('said'), at, run: '' },
  { kind: 'completed', vertex, at, cached: false },
] as BuildEvent[];

/** A builder whose builds end as `outcome` says; what it was asked for is noted. */
function builderOf(outcome: (request: BuildRequest, cancelled: Promise<void>) => Promise<Record<string, string>>) {
  const asked: BuildRequest[] = [];
  const start = (request: BuildRequest): BuildRun => {
    asked.push(request);
    const cancelled = Promise.withResolvers<void>();
    const result = outcome(request, cancelled.promise).then(response => ({
      images: [],
      names: [],
      response,
      warnings: [],
    }));
    result.catch(() => {});
    return {
      id: request.id ?? '',
      startedAt: at,
      result,
      targets: Promise.resolve([]),
      cancel: () => cancelled.resolve(),
      async *watch() {
        yield* events;
        await result.catch(() => {});
      },
    };
  };
  const records = new Map<string, HistoryRecord>();
  const history = {
    add: (record: HistoryRecord) => Promise.resolve(void records.set(record.ref, record)),
    find: (ref: string) => records.get(ref),
    list: () => [...records.values()],
    async *log() {},
  };
  return { builder: { start, history } as unknown as Builder, asked };
}

async function connect(builder: Builder): Promise<GrpcConnection> {
  const jobs = new BuildJobs(builder);
  const source = (key: unknown) => ({ key }) as never;
  const parts = {
    sources: { local: source, remote: source, defined: source },
    parsePlatform: () => worker.platform,
    blobs: () => ({}) as never,
    sinks: {} as never,
    callbacks: {},
    credentials: () => Promise.resolve(undefined),
    deliver: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  } satisfies RequestParts;
  const methods = {
    ...controlMethods({
      ...{ builder, jobs, worker },
      openParts: () => Promise.resolve(parts),
      sessionLoss: () => new AbortController().signal,
    }),
    ...gatewayMethods({
      jobs,
      worker,
      ask: () => Promise.resolve(undefined),
      openFiles: () => Promise.reject(new Error('none')),
    }),
  };
  const grpc = createGrpcServer({ handler: path => methods[path], toError: buildFailure });
  const server = createServer(socket => grpc.serve(socket));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const connection = new GrpcConnection(createConnection(port, '127.0.0.1'));
  cleanups.push(() => {
    connection.close();
    grpc.close();
    server.close();
  });
  return connection;
}

const control = '/moby.buildkit.v1.Control/';
const bridge = '/moby.buildkit.v1.frontend.LLBBridge/';
const solve = (request: Partial<SolveRequest>) => encode(solveRequest, request);

test('a client that names the frontend is built for, and sees its progress from the beginning on', async () => {
  const { builder, asked } = builderOf(async () => ({ 'containerimage.digest': 'd' }));
  const connection = await connect(builder);
  const status = connection.call(`${control}Status`);
  // Clients ask for the progress first.
  await status.send(encode(statusRequest, { ref: 'one' }));
  status.end();
  // All of it is there when the build is answered.
  const news = Array.fromAsync(status.messages(), message => decode(statusResponse, message));
  const request = solve({
    ref: 'one',
    frontend: 'dockerfile.v0',
    frontendAttrs: { target: 't' },
    exporterDeprecated: 'moby',
  });
  const reply = decode(solveResponse, await connection.unary(`${control}Solve`, request));
  expect(reply.exporterResponse).toEqual({ 'containerimage.digest': 'd' });
  expect(asked).toMatchObject([{ id: 'one', target: 't', exports: [{ type: 'image' }] }]);
  const seen = await news;
  expect(seen.flatMap(({ vertexes }) => vertexes).at(-1)).toMatchObject({ digest: vertex, started: at, completed: at });
  expect(seen.flatMap(({ logs }) => logs)).toMatchObject([{ stream: 2, timestamp: at }]);
});

test('a client that drives its build through the gateway chooses what is built', async () => {
  const { builder, asked } = builderOf(async () => ({}));
  const connection = await connect(builder);
  const metadata = { 'buildkit-controlapi-buildid': 'two' };
  const over = connection.unary(`${control}Solve`, solve({ ref: 'two' }));
  const pong = decode(pongResponse, await connection.unary(`${bridge}Ping`, encode(pingRequest, {}), { metadata }));
  expect(pong.frontendApiCaps.map(({ id }) => id)).toContain('return');
  const evaluate = async (frontendOpt: Record<string, string>) => {
    const message = encode(bridgeSolveRequest, { frontend: 'dockerfile.v0', frontendOpt, allowResultReturn: true });
    return decode(bridgeSolveResponse, await connection.unary(`${bridge}Solve`, message, { metadata })).result?.ref;
  };
  const refs = [await evaluate({ target: 'a' }), await evaluate({ target: 'b' })];
  expect(asked).toEqual([]);
  await connection.unary(`${bridge}Return`, encode(returnRequest, { result: { ref: refs[1] } }), { metadata });
  await over;
  expect(asked).toMatchObject([{ target: 'b' }]);
});

test('what a client gives up or gets wrong is the end of its build', async () => {
  const { builder, asked } = builderOf(async (_, cancelled) => {
    await cancelled;
    throw new Error('context canceled');
  });
  const connection = await connect(builder);
  const failing = (request: Partial<SolveRequest>) =>
    connection.unary(`${control}Solve`, solve(request)).catch(error => error);
  expect(await failing({ ref: 'x', frontend: 'gateway.v0', frontendAttrs: { source: 'mine/frontend' } })).toMatchObject(
    { code: 5 },
  );
  for (const def of [[Buffer.from('llb')], []]) {
    expect(await failing({ ref: 'x', definition: { def } })).toMatchObject({ code: 12 });
  }
  const metadata = { 'buildkit-controlapi-buildid': 'three' };
  const refused = failing({ ref: 'three' });
  await connection.unary(`${bridge}Return`, encode(returnRequest, { error: { code: 2, message: 'no' } }), { metadata });
  expect(await refused).toMatchObject({ code: 2, message: 'no' });
  const stop = new AbortController();
  const running = connection
    .unary(`${control}Solve`, solve({ ref: 'four', frontend: 'dockerfile.v0' }), { signal: stop.signal })
    .catch(error => error);
  while (asked.length === 0) await Bun.sleep(5);
  stop.abort();
  expect(await running).toMatchObject({ code: 1 });
});

test('the progress of a build that failed before it began ends at once, even when it is asked for too late', async () => {
  const { builder } = builderOf(async () => ({}));
  const connection = await connect(builder);
  const wrong = { ref: 'late', frontend: 'dockerfile.v0', frontendAttrs: { 'shm-size': 'much' } };
  expect(await connection.unary(`${control}Solve`, solve(wrong)).catch(error => error)).toMatchObject({ code: 2 });
  const status = connection.call(`${control}Status`);
  await status.send(encode(statusRequest, { ref: 'late' }));
  status.end();
  for await (const _ of status.messages()) throw new Error('there is no news');
});

test('an error says where in the Dockerfile it belongs, and history remembers it', async () => {
  const { builder } = builderOf(async () => {
    throw new DockerfileError('wrong', { name: 'Dockerfile', source: 'FROM x\n', ranges: [{ start: 1, end: 1 }] });
  });
  const connection = await connect(builder);
  const failure = await connection
    .unary(`${control}Solve`, solve({ ref: 'f', frontend: 'dockerfile.v0' }))
    .catch(error => error);
  expect(failure).toMatchObject({ code: 2, message: 'wrong' });
  const details = Buffer.from(failure.details).toString();
  expect(details).toContain('github.com/moby/buildkit/errdefs.Source+json');
  expect(details).toContain('"ranges":[{"start":{"line":1},"end":{"line":1}}]');
  const history = connection.call(`${control}ListenBuildHistory`);
  await history.send(encode(buildHistoryRequest, { earlyExit: true }));
  history.end();
  const records = [];
  for await (const message of history.messages()) records.push(decode(buildHistoryEvent, message).record);
  expect(records).toMatchObject([{ ref: 'f', error: { message: 'wrong' }, numTotalSteps: 1, numCompletedSteps: 1 }]);
});
