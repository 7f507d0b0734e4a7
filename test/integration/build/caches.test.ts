// Caches that leave one engine and come to another: what is exported is whole, and only what is wanted comes back. Needs root.
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CacheReference } from '../../../src/builder/index.ts';
import { directorySource } from '../../../src/builder/index.ts';
import { describeContainers } from '../../../src/runtime/testing/test-host.ts';
import { BuildLab, type LabBuild, outcomes } from '../../support/builds/build-lab.ts';
import { randomDockerfile } from '../../support/builds/random-dockerfile.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { BlobsInMemory } from '../../support/registries/blobs-in-memory.ts';
import { run } from '../../support/run.ts';
import { Seeded } from '../../support/seeded.ts';

const buildArgs = { SOURCE_DATE_EPOCH: '1700000000' };

/** A file and a repository, at two ports. */
async function startWeb(): Promise<{ port: number; git: number } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-web-'));
  const [port, git] = [await freePort(), await freePort()];
  const program = join(import.meta.dir, '../../differential/build/web-server.ts');
  const child = Bun.spawn([process.execPath, program, folder, `${port}`, `${git}`], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  await eventually('the web answers', async () => {
    const page = await fetch(`http://127.0.0.1:${port}/plain.txt`).catch(() => undefined);
    return page?.ok && (await run(['git', 'ls-remote', `git://127.0.0.1:${git}/repo.git`])).code === 0;
  });
  return {
    ...{ port, git },
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describeContainers('caches of builds', import.meta.path, () => {
  let maker: BuildLab;

  beforeAll(async () => {
    maker = new BuildLab();
    await maker.open();
  });
  afterAll(() => maker.close());

  const others: BuildLab[] = [];
  const closeOthers = async () => {
    for (const lab of others.splice(0)) await lab.close();
  };
  afterEach(closeOthers);

  /** Another engine that has nothing but the same base image. */
  async function fresh(): Promise<BuildLab> {
    const lab = new BuildLab();
    others.push(lab);
    await lab.open();
    for await (const _ of lab.images.load(maker.images.save(['busybox']).archive));
    return lab;
  }

  const to = (blobs: BlobsInMemory, more: Record<string, string> = {}): CacheReference => ({
    type: 'local',
    attributes: { dest: '/', ...more },
    blobs,
  });
  const from = (blobs: BlobsInMemory, build: LabBuild): CacheReference => ({
    type: 'local',
    attributes: { digest: (JSON.parse(build.result.response['cache.manifest'] ?? '{}') as { digest: string }).digest },
    blobs,
  });

  test('a cache of mode=max has every step of every shape of graph, and the result is the same image', async () => {
    await using web = await startWeb();
    const directory = maker.context({ a: 'a', 'd/b': 'b', 'packed/p': 'p' });
    await run(['tar', '-C', directory, '-cf', join(directory, 'packed.tar'), 'packed']);
    const other = { kind: 'source', source: directorySource(maker.context({ n: 'named' })) } as const;
    const sources = {
      ...{ files: ['a', 'd/b'], archive: 'packed.tar', named: { name: 'other', file: 'n' } },
      addresses: [`http://127.0.0.1:${web.port}/plain.txt`, `git://127.0.0.1:${web.git}/repo.git#v1`],
    };
    // Others are played with BERTH_TEST_SEED.
    const first = Number(process.env.BERTH_TEST_SEED ?? 1);
    for (let round = 0; round < 6; round++) {
      const chance = new Seeded(first + round);
      const text = randomDockerfile(chance, sources);
      const request = { directory, buildArgs, namedContexts: { other } };
      const blobs = new BlobsInMemory();
      const made = await maker.build(text, { ...request, cacheTo: [to(blobs, { mode: 'max' })] });
      const lab = await fresh();
      const again = await lab.build(text, { ...request, cacheFrom: [from(blobs, made)] });
      const what = `seed ${chance.seed}\n${text}`;
      const ran = outcomes(again.events).ran.filter(name => !name.startsWith('[internal]'));
      expect({ what, ran }).toEqual({ what, ran: [] });
      expect({ what, id: again.result.id }).toEqual({ what, id: made.result.id });
      await closeOthers();
    }
  });

  test('mode=min has the steps of the result, those of stages it copies from only as far as it has their layers', async () => {
    const text =
      'FROM busybox AS a\nRUN echo a > /a\nFROM busybox\nCOPY --from=a /a /b\nCOPY --link <<E /c\nc\nE\nRUN cat /b /c > /d\n';
    const blobs = new BlobsInMemory();
    const made = await maker.build(text, { buildArgs, cacheTo: [to(blobs)] });
    const lab = await fresh();
    const again = await lab.build(text, { buildArgs, cacheFrom: [from(blobs, made)] });
    expect(again.result.id).toEqual(made.result.id);
    expect(outcomes(again.events).ran).toEqual([]);
    const other = await lab.build(text.replace('/d', '/e'), { buildArgs });
    expect(outcomes(other.events).cached).toContain('[stage-1 2/4] COPY --from=a /a /b');
  });

  test('only layers that are wanted are fetched; one that cannot be had is made again', async () => {
    const text = 'FROM busybox AS big\nRUN echo big > /big\nFROM busybox\nCOPY --from=big /big /b\nRUN cat /b > /c\n';
    const blobs = new BlobsInMemory();
    const made = await maker.build(text, { buildArgs, cacheTo: [to(blobs, { mode: 'max' })] });
    const lab = await fresh();
    blobs.reads.length = 0;
    await lab.build(text, { buildArgs, cacheFrom: [from(blobs, made)] });
    // Manifest, configuration, and the two layers of the result: neither the base's nor the other stage's.
    expect(new Set(blobs.reads).size).toBe(4);
    const broken = new BlobsInMemory();
    for (const [digest, bytes] of blobs.blobs) broken.blobs.set(digest, bytes[0] === 0x1f ? Buffer.from('bad') : bytes);
    const third = await fresh();
    const rebuilt = await third.build(text, { buildArgs, cacheFrom: [from(broken, made)] });
    {
      using files = third.files(rebuilt.result.id as string);
      expect(await Bun.file(join(files.root, 'c')).text()).toBe('big\n');
    }
  });

  test('a cache goes on through an engine that did not need all of it', async () => {
    const text = 'FROM busybox AS a\nRUN echo a > /a\nRUN echo b > /b\nFROM busybox\nCOPY --from=a /b /b\n';
    const [first, second] = [new BlobsInMemory(), new BlobsInMemory()];
    const made = await maker.build(text, { buildArgs, cacheTo: [to(first, { mode: 'max', compression: 'zstd' })] });
    const between = await fresh();
    const passed = await between.build(text, {
      ...{ buildArgs, cacheFrom: [from(first, made)], cacheTo: [to(second, { mode: 'max' })] },
    });
    const last = await fresh();
    const changed = text.replace('COPY --from=a /b /b', 'COPY --from=a /a /a');
    const again = await last.build(changed, { buildArgs, cacheFrom: [from(second, passed)] });
    expect(outcomes(again.events).cached).toContain('[a 3/3] RUN echo b > /b');
    expect(outcomes(again.events).ran).toEqual(['[stage-1 2/2] COPY --from=a /a /a']);
  });

  test('with force-compression every layer leaves in that form, those that lie elsewhere too', async () => {
    const text = 'FROM busybox AS a\nRUN echo a > /a\nFROM busybox\nCOPY --from=a /a /b\n';
    const [first, second] = [new BlobsInMemory(), new BlobsInMemory()];
    const made = await maker.build(text, { buildArgs, cacheTo: [to(first, { mode: 'max' })] });
    const lab = await fresh();
    const forced = { mode: 'max', compression: 'zstd', 'force-compression': 'true' };
    const passed = await lab.build(text, { buildArgs, cacheFrom: [from(first, made)], cacheTo: [to(second, forced)] });
    const top = JSON.parse(passed.result.response['cache.manifest'] ?? '') as { digest: string };
    const { layers } = JSON.parse((second.blobs.get(top.digest) as Buffer).toString());
    expect(layers).toHaveLength(3);
    for (const { mediaType } of layers) expect(mediaType).toEndWith('zstd');
  });

  test('what the documents say is what lies there, in each form', async () => {
    const forms: Record<string, string>[] = [
      {},
      { 'image-manifest': 'false' },
      { 'oci-mediatypes': 'false' },
      { compression: 'uncompressed' },
    ];
    for (const more of forms) {
      const blobs = new BlobsInMemory();
      const { result } = await maker.build('FROM busybox\nRUN echo x > /x\n', { cacheTo: [to(blobs, more)] });
      const top = JSON.parse(result.response['cache.manifest'] ?? '') as { digest: string; mediaType: string };
      for (const [digest, bytes] of blobs.blobs) {
        expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(digest);
      }
      const manifest = JSON.parse((blobs.blobs.get(top.digest) as Buffer).toString());
      expect(manifest.mediaType).toBe(top.mediaType);
      const entries = manifest.manifests ?? [...manifest.layers, manifest.config];
      expect(entries.at(-1).mediaType).toBe('application/vnd.buildkit.cacheconfig.v0');
      for (const { digest, size } of entries) expect(blobs.blobs.get(digest)?.length).toBe(size);
    }
  });

  test('a cache that cannot be had or makes no sense is passed over; one that cannot be written fails the build', async () => {
    const blobs = new BlobsInMemory();
    const digest = `sha256:${'0'.repeat(64)}`;
    const cacheFrom: CacheReference[] = [
      { type: 'local', attributes: { digest }, blobs },
      { type: 'registry', attributes: { ref: '127.0.0.1:1/none:1' } },
      { type: 'gha', attributes: {} },
    ];
    const { events } = await maker.build('FROM busybox\n', { cacheFrom });
    const errors = events.flatMap(event => (event.kind === 'completed' && event.error ? [event.error] : []));
    expect(errors.sort()).toEqual([
      expect.stringContaining('failed to configure local cache importer: content'),
      expect.stringContaining('failed to configure registry cache importer: '),
      'unknown cache importer: gha',
    ]);
    const failure = (cacheTo: CacheReference) =>
      maker.build('FROM busybox\nRUN true\n', { cacheTo: [cacheTo] }).then(
        () => undefined,
        (error: unknown) => String(error),
      );
    expect(await failure({ type: 's3', attributes: {} })).toContain('unknown cache exporter: "s3"');
    expect(await failure({ type: 'registry', attributes: {} })).toContain('registry cache exporter requires ref');
    const nowhere = { ref: '127.0.0.1:1/none:1' };
    expect(await failure({ type: 'registry', attributes: nowhere })).toContain('refused');
    expect(await failure({ type: 'registry', attributes: { ...nowhere, 'ignore-error': 'true' } })).toBeUndefined();
  });
});
