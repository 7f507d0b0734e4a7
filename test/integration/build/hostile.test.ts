// Clients of BuildKit's door that say what makes no sense: each is told so, none takes the daemon along, nothing of it stays.

import { beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type SolveRequest, solveRequest } from '../../../src/api/buildkit/control.ts';
import { packet, packetType } from '../../../src/api/buildkit/files/packet.ts';
import { encode } from '../../../src/api/buildkit/message.ts';
import { operation } from '../../../src/api/buildkit/ops.ts';
import type { GrpcHandler } from '../../../src/lib/grpc/server.ts';
import { sha256 } from '../../../src/oci/digest.ts';
import { buildSite } from '../../support/builds/build-site.ts';
import {
  controlService,
  type Ending,
  finish,
  part,
  RawBuildkit,
  syncing,
  syncMethod,
  told,
} from '../../support/builds/raw-buildkit.ts';
import { countDescriptors, residentMemory } from '../../support/daemons/remains.ts';
import { eventually } from '../../support/eventually.ts';
import { Seeded } from '../../support/seeded.ts';

const site = buildSite({ emptied: 'after each' });
const megabyte = 1024 * 1024;
let outside: string;
let descriptors: number;

beforeAll(async () => {
  outside = join(site.folder, 'outside');
  mkdirSync(outside);
  // What is loaded by the first build of this kind.
  using client = await RawBuildkit.connect(site.engine);
  await client.build({ [syncMethod]: syncing('FROM scratch\nCOPY . /\n', [told('a')]) });
  descriptors = countDescriptors(site.daemon.pid);
}, 60_000);

async function expectAlive(): Promise<void> {
  expect(await site.daemon.ping()).toBe(true);
  expect(readdirSync(outside)).toEqual([]);
  await eventually('descriptors are closed', () => countDescriptors(site.daemon.pid) <= descriptors + 4);
}

const directory = 0x8000_01ed;
const symlink = 0x0800_01ff;
const device = 0x0400_01b0;
const built = { code: 0, message: '' };
const failed = (words: RegExp): Ending => ({
  code: expect.any(Number) as number,
  message: expect.stringMatching(words),
});

/** Contexts, in which `COPY . /` copies all. */
const contexts: Readonly<Record<string, [GrpcHandler, Ending]>> = (() => {
  const list = (packets: Uint8Array[], files: Record<number, Uint8Array> = {}) =>
    syncing('FROM scratch\nCOPY . /\n', packets, { files });
  const then = (...packets: Uint8Array[]) =>
    syncing('FROM scratch\nCOPY . /\n', [told('a')], {
      more: async call => {
        for (const message of packets) await call.send(message);
      },
    });
  const invalid = failed(/^invalid path in the build context: /);
  return {
    upwards: [list([told('../x')]), invalid],
    'upwards within': [list([told('d', { mode: directory }), told('d/../../x')]), invalid],
    absolute: [list([told('/etc/x')]), invalid],
    nameless: [list([told('')]), invalid],
    'with NUL in a name': [list([told('a\0b')]), invalid],
    'with a line break in a name': [list([told('a\nb')]), built],
    'told twice': [list([told('a'), told('a')]), invalid],
    'out of order': [list([told('b'), told('a')]), built],
    'children first': [list([told('d/x'), told('d', { mode: directory })]), invalid],
    'with absolute links': [list([told('a', { mode: symlink, linkname: '/etc/passwd' })]), built],
    'with endless links': [list([told('a', { mode: symlink, linkname: 'x'.repeat(100_000) })]), failed(/ENAMETOOLONG/)],
    'with a name that is too long': [list([told('n'.repeat(5000))]), failed(/ENAMETOOLONG/)],
    'with hard links out': [list([told('a', { linkname: '../../../etc/passwd' })]), invalid],
    'with hard links to nothing': [
      list([told('a', { linkname: 'b' })]),
      failed(/which is no file of the build context/),
    ],
    'with hard links to directories': [
      list([told('b', { mode: directory }), told('c', { linkname: 'b' })]),
      failed(/which is no file of the build context/),
    ],
    'with sockets': [list([told('s', { mode: 0x0100_01ff })]), failed(/s is a socket/)],
    'with devices': [
      list([told('d', { mode: device, devmajor: 8 }), told('e', { mode: device, devmajor: -1 })]),
      built,
    ],
    'with sizes below zero': [list([told('a', { size: -5 })], { 0: Buffer.from('five') }), built],
    'with files that are smaller': [list([told('a', { size: 2 ** 50 })], { 0: Buffer.from('small') }), built],
    'with files that are larger': [list([told('a', { size: 1 })], { 0: Buffer.alloc(megabyte) }), built],
    'with impossible modes, owners and times': [
      list([
        told('a', { mode: 0xffff_fdff & 0x00ff_ffff, uid: 0xffff_ffff, modTime: 2n ** 63n - 1n }),
        told('b', { modTime: -(2n ** 63n) }),
      ]),
      built,
    ],
    'with impossible attributes': [
      list([
        told('a', {
          xattrs: { '': Buffer.from('x'), 'user.\0': Buffer.from('y'), 'user.large': Buffer.alloc(4 * megabyte) },
        }),
      ]),
      built,
    ],
    'with files nobody asked for': [then(part(7, Buffer.from('x'))), failed(/file 7, which nobody asked for/)],
    'with more files after the end': [then(told('b')), failed(/after the end of its list/)],
    'that end too early': [then(finish), failed(/ended before it had sent everything/)],
    'with an error of the client': [
      then(encode(packet, { type: packetType.packetErr, data: Buffer.from('I cannot') })),
      failed(/error from sender: I cannot/),
    ],
    'of garbage': [then(Buffer.from('ffffffffffff', 'hex')), failed(/./)],
    'that never come': [async () => {}, failed(/ended before it had sent everything/)],
  };
})();

describe('a context', () => {
  for (const [what, [handler, ending]] of Object.entries(contexts)) {
    test(what, async () => {
      using client = await RawBuildkit.connect(site.engine);
      expect(await client.build({ [syncMethod]: handler })).toEqual(ending);
      await expectAlive();
    });
  }

  test('that swaps a directory for a link while a file in it comes', async () => {
    using client = await RawBuildkit.connect(site.engine);
    const list = [
      told('d', { mode: directory }),
      told('d/x', { size: 1 }),
      told('d', { mode: symlink, linkname: outside }),
    ];
    const handler = syncing('FROM scratch\nCOPY . /\n', list, { files: { 1: Buffer.from('x') } });
    expect(await client.build({ [syncMethod]: handler })).toEqual(failed(/"d" is told twice/));
    await expectAlive();
  });

  test('without end, until the client is tired of it', async () => {
    using client = await RawBuildkit.connect(site.engine);
    const tired = new AbortController();
    let sent = 0;
    const handler: GrpcHandler = async call => {
      for (; !call.signal.aborted; sent++) await call.send(told(`f${String(sent).padStart(9, '0')}`));
    };
    const ending = client.build({ [syncMethod]: handler }, { signal: tired.signal }).catch(() => undefined);
    await eventually('many were told', () => sent > 100_000, { timeoutMs: 60_000 });
    tired.abort();
    await ending;
    await expectAlive();
    await site.clean();
  }, 90_000);
});

describe('a request', () => {
  const source = (n: number) => encode(operation, { source: { identifier: `local://${n}`, attrs: {} } });
  const cycle = encode(operation, { inputs: [{ digest: sha256('itself'), index: 0 }] });
  const input = (def: Uint8Array[]) => ({ frontend: 'dockerfile.v0', frontendInputs: { a: { def } } });
  const many = Array.from({ length: 100_000 }, (_, n) => source(n));
  const unimplemented = { code: 12, message: expect.stringMatching(/low-level definition/) as unknown as string };
  const solves: Readonly<Record<string, [Partial<SolveRequest>, Ending]>> = {
    'with a hundred thousand vertices': [{ frontend: '', definition: { def: many } }, unimplemented],
    'with as many in an input': [input(many), unimplemented],
    'with a circle': [input([cycle, cycle]), unimplemented],
    'with digests of nothing': [input([source(1), cycle]), unimplemented],
    'with operations nobody knows': [input([Buffer.from('7a021234', 'hex')]), unimplemented],
    'for a frontend nobody knows': [
      { frontend: 'x\0y' },
      { code: 5, message: expect.stringMatching(/^frontend/) as unknown as string },
    ],
    'with endless attributes': [
      { frontend: 'dockerfile.v0', frontendAttrs: { platform: 'p,'.repeat(megabyte) } },
      failed(/unknown operating system/),
    ],
  };
  for (const [what, [request, ending]] of Object.entries(solves)) {
    test(what, async () => {
      using client = await RawBuildkit.connect(site.engine);
      expect(await client.build({}, { request })).toEqual(ending);
      expect(residentMemory(site.daemon.pid)).toBeLessThan(1024 * megabyte);
      await expectAlive();
    }, 30_000);
  }

  test('that is no message, or of no method', async () => {
    using client = await RawBuildkit.connect(site.engine);
    const nonsense = [
      Buffer.from('ffffffffffffffff', 'hex'),
      Buffer.alloc(megabyte, 0x7b),
      Buffer.from([0x0a, 0x7f, 0x00]),
    ];
    for (const method of ['Solve', 'Status', 'DiskUsage', 'Prune', 'ListenBuildHistory', 'UpdateBuildHistory']) {
      for (const bytes of nonsense) {
        const ending = await client.call(`${controlService}${method}`, bytes);
        expect({ method, ...ending }).toEqual({
          method,
          code: 13,
          message: expect.stringMatching(/unmarshalling request/),
        });
      }
    }
    expect(await client.call('/no.such/Method', new Uint8Array())).toMatchObject({ code: 12 });
    await expectAlive();
  });

  test('under a name that is taken', async () => {
    using client = await RawBuildkit.connect(site.engine);
    const waits = new AbortController();
    const path = `${controlService}Solve`;
    const first = client.call(path, encode(solveRequest, { ref: 'taken' }), { signal: waits.signal }).catch(() => {});
    const again = () => client.call(path, encode(solveRequest, { ref: 'taken', frontend: 'none' }));
    await eventually('the first has it', async () => (await again()).code === 6);
    waits.abort();
    await first;
    await expectAlive();
  });

  test('whose cache of the client is endless', async () => {
    using client = await RawBuildkit.connect(site.engine);
    const attrs = { digest: sha256('cache'), src: '/cache' };
    const request = { cache: { imports: [{ type: 'local', attrs }] } };
    const endless: GrpcHandler = async call => {
      // ReadContentResponse: data.
      const data = Buffer.concat([Buffer.from([0x12, 0x80, 0x80, 0x40]), Buffer.alloc(megabyte)]);
      while (!call.signal.aborted) await call.send(data);
    };
    const handlers = {
      [syncMethod]: syncing('FROM scratch\nCOPY . /\n', [told('a')]),
      '/containerd.services.content.v1.Content/Read': endless,
    };
    // A cache that cannot be read is no reason not to build.
    expect(await client.build(handlers, { request })).toEqual(built);
    await expectAlive();
  });
});

test('connections that speak no HTTP/2, or not on', async () => {
  const random = new Seeded();
  console.log(`hostile: BERTH_TEST_SEED=${random.seed} plays it again`);
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
  const noise = () => Buffer.from(Array.from({ length: 3000 }, () => random.between(0, 255)));
  // A frame of data on a stream that never began, one longer than any may be, and headers that are none.
  const frames = ['000001000100000003ff', 'ffffff000100000003', '000004010500000001ffffffff'].map(hex =>
    Buffer.from(hex, 'hex'),
  );
  for (const operation of ['Grpc', 'Session'] as const) {
    for (const bytes of [
      noise(),
      ...frames.map(frame => Buffer.concat([preface, frame, noise()])),
      preface.subarray(0, 9),
    ]) {
      const { socket } = await site.engine.client.hijack(operation, {
        headers: { Upgrade: 'h2c', 'X-Docker-Expose-Session-Uuid': 'x' },
      });
      const connection: Duplex = socket;
      connection.on('error', () => {});
      connection.resume();
      connection.write(bytes);
      connection.end();
      await eventually('it is closed', () => connection.destroyed || connection.readableEnded);
      connection.destroy();
    }
  }
  await expectAlive();
  expect(existsSync(site.daemon.places.socket)).toBe(true);
}, 60_000);
