// The builder on a real kernel: what is run and what is not, what comes out, and what is left of it. Needs root.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type BuildEvent, StepError } from '../../../src/builder/index.ts';
import { findCause } from '../../../src/lib/errors.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { describeContainers } from '../../../src/runtime/testing/test-host.ts';
import { BuildLab, outcomes } from '../../support/builds/build-lab.ts';
import { TestRegistry } from '../../support/registries/registry.ts';

describeContainers('the builder', import.meta.path, () => {
  let lab: BuildLab;

  beforeAll(async () => {
    lab = new BuildLab();
    await lab.open();
  });
  afterAll(() => lab.close());

  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  const reasonsOf = (events: readonly BuildEvent[]) =>
    events.flatMap(event => (event.kind === 'completed' ? (event.reason?.detail ?? []) : []));

  test('steps run once and are known afterwards; what changed is run again, and why is told', async () => {
    const directory = lab.context({ 'src/a': '1', 'src/b': '2' });
    const text = 'FROM busybox\nARG V=1\nWORKDIR /app\nCOPY src .\nRUN cat a b > c\nRUN echo $V > v\n';
    const first = await lab.build(text, { directory });
    expect(outcomes(first.events).ran).toHaveLength(4);
    const second = await lab.build(text, { directory });
    expect(outcomes(second.events).ran).toEqual([]);
    expect(second.result.id).toEqual(first.result.id);
    const third = await lab.build(text, { directory, buildArgs: { V: '2' } });
    expect(outcomes(third.events).ran).toEqual(['[4/5] RUN cat a b > c', '[5/5] RUN echo 2 > v']);
    expect(reasonsOf(third.events)).toContain('V was "1", is "2"');
    writeFileSync(join(directory, 'src/b'), '3');
    const fourth = await lab.build(text, { directory });
    expect(outcomes(fourth.events).ran).toHaveLength(3);
    expect(reasonsOf(fourth.events)).toContain('src/b changed');
  });

  test('what nothing needs is not run, and stages that need nothing of each other run beside each other', async () => {
    const text = [
      'FROM busybox AS never\nRUN exit 1',
      'FROM busybox AS one\nRUN --mount=type=cache,id=meet,target=/m touch /m/one; until test -e /m/two; do sleep 0.1; done; echo 1 > /f',
      'FROM busybox AS two\nRUN --mount=type=cache,id=meet,target=/m touch /m/two; until test -e /m/one; do sleep 0.1; done; echo 2 > /f',
      'FROM scratch\nCOPY --from=one /f /one\nCOPY --from=two /f /two',
    ].join('\n');
    const { result } = await lab.build(text);
    using files = lab.files(result.id as string);
    expect(readdirSync(files.root).sort()).toEqual(['one', 'two']);
    expect(readFileSync(join(files.root, 'two'), 'utf8')).toBe('2\n');
  });

  test('two builds that want the same at once do it once', async () => {
    const text =
      'FROM busybox\nRUN --mount=type=cache,id=count,target=/c echo x >> /c/runs; sleep 0.3; cat /c/runs > /runs';
    const builds = await Promise.all(Array.from({ length: 5 }, () => lab.build(text)));
    expect(new Set(builds.map(({ result }) => result.id)).size).toBe(1);
    using files = lab.files(builds[0]?.result.id as string);
    expect(readFileSync(join(files.root, 'runs'), 'utf8')).toBe('x\n');
  });

  test('secrets are there for the step and nowhere else', async () => {
    const text =
      'FROM busybox\nRUN --mount=type=secret,id=token,uid=1000 --mount=type=secret,id=token,env=TOKEN cat /run/secrets/token; echo $TOKEN | wc -c > /length; stat -c %u%a /run/secrets/token';
    const callbacks = { secret: async (id: string) => (id === 'token' ? Buffer.from('hidden-value') : undefined) };
    const { result, output } = await lab.build(text, { callbacks });
    expect(output).toBe('hidden-value1000400\n');
    using files = lab.files(result.id as string);
    expect(existsSync(join(files.root, 'run'))).toBe(false);
    expect(readFileSync(join(files.root, 'length'), 'utf8')).toBe('13\n');
    expect(JSON.stringify(lab.images.get(result.id as string).config)).not.toContain('hidden-value');
    expect(JSON.stringify(lab.store.collection('build-steps').list())).not.toContain('hidden-value');
    const required = text.replace('id=token,uid=1000', 'id=other,required=true');
    expect(await failure(lab.build(required, { callbacks }))).toHaveProperty('message', 'secret other: not found');
  });

  test('a failing command fails the build in the words of both builders, and leaves nothing', async () => {
    const error = await failure(lab.build('FROM busybox\nRUN echo no >&2; exit 7'));
    expect((error as Error).message).toBe(
      'process "/bin/sh -c echo no >&2; exit 7" did not complete successfully: exit code: 7',
    );
    expect(findCause(error, StepError)?.classic).toBe(
      "The command '/bin/sh -c echo no >&2; exit 7' returned a non-zero code: 7",
    );
    expect(readdirSync(join(lab.root, 'builds')).sort()).toEqual(['base', 'empty']);
    expect(lab.runtime.list()).toEqual([]);
  });

  test('a build that is cancelled ends at once with all its processes', async () => {
    const run = lab.builder.start({
      dockerfile: { kind: 'text', name: 'Dockerfile', content: Buffer.from('FROM busybox\nRUN echo here; sleep 1000') },
      network: 'none',
      exports: [{ type: 'image', names: ['never'] }],
    });
    for await (const event of run.watch()) if (event.kind === 'log') run.cancel();
    expect(await failure(run.result)).toHaveProperty('kind', 'cancelled');
    expect(lab.runtime.list()).toEqual([]);
    expect(readdirSync(join(lab.root, 'builds')).sort()).toEqual(['base', 'empty']);
    expect(lab.images.find('never')).toBeUndefined();
  });

  test('mounts are no part of the layer; what is bound for writing is thrown away', async () => {
    const directory = lab.context({ 'in/file': 'context' });
    const text = [
      'FROM busybox AS src\nRUN echo stage > /s',
      'FROM busybox',
      'RUN --mount=type=bind,source=in,target=/b --mount=type=bind,from=src,target=/w,rw --mount=type=tmpfs,target=/t cat /b/file; cat /w/s; echo x > /w/s; touch /t/x',
      'RUN --mount=type=bind,from=src,target=/w cat /w/s',
    ].join('\n');
    const { result, output } = await lab.build(text, { directory });
    expect(output).toBe('contextstage\nstage\n');
    using files = lab.files(result.id as string);
    for (const name of ['b', 'w', 't']) expect(existsSync(join(files.root, name))).toBe(false);
  });

  test('a layer of --link is put on another base without being made again', async () => {
    const directory = lab.context({ f: '1' });
    const text = (word: string) =>
      `FROM busybox\nRUN echo ${word} > /w\nCOPY --link f /linked/f\nRUN cat /linked/f /w > /both`;
    await lab.build(text('one'), { directory });
    const second = await lab.build(text('two'), { directory });
    expect(outcomes(second.events).cached).toContain('[3/4] COPY --link f /linked/f');
    using files = lab.files(second.result.id as string);
    expect(readFileSync(join(files.root, 'both'), 'utf8')).toBe('1two\n');
  });

  test('files, archives and layouts come out', async () => {
    const text = 'FROM scratch\nCOPY <<EOF /dir/f\nhello\nEOF\n';
    const out = join(lab.root, 'out');
    await lab.build(text, { exports: [{ type: 'local', target: { kind: 'directory', path: out } }] });
    expect(readFileSync(join(out, 'dir/f'), 'utf8')).toBe('hello\n');
    const tar = new PassThrough();
    const bytes = Array.fromAsync(tar);
    await lab.build(text, { exports: [{ type: 'tar', target: { kind: 'tar', open: async () => tar } }] });
    expect(Buffer.concat((await bytes) as Buffer[]).toString('latin1')).toContain('dir/f');
    const layout = join(lab.root, 'layout');
    const target = { kind: 'directory', path: layout } as const;
    const before = lab.images.list().length;
    await lab.build(text, { exports: [{ type: 'oci', names: ['a/b:1'], tar: false, target, compression: 'zstd' }] });
    expect(lab.images.list()).toHaveLength(before);
    const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
    const [{ digest }] = index.manifests;
    const manifest = JSON.parse(readFileSync(join(layout, 'blobs', digest.replace(':', '/')), 'utf8'));
    expect(manifest.layers[0].mediaType).toEndWith('tar+zstd');
  });

  test('the same input gives the same image with SOURCE_DATE_EPOCH, and history tells of the steps', async () => {
    const text = 'FROM busybox\nENV A=1\nRUN echo $A > /a\nCMD ["x"]';
    const buildArgs = { SOURCE_DATE_EPOCH: '1700000000' };
    const exports = [{ type: 'image', names: [], rewriteTimestamp: true }] as const;
    const one = await lab.build(text, { buildArgs, exports });
    const two = await lab.build(text, { buildArgs, exports, noCache: true });
    expect(two.result.id).toEqual(one.result.id);
    const config = lab.images.get(one.result.id as string).config;
    expect(config.created).toBe('2023-11-14T22:13:20Z');
    expect(config.history?.at(-1)).toEqual({
      created: '2023-11-14T22:13:20Z',
      created_by: 'CMD ["x"]',
      comment: 'buildkit.dockerfile.v0',
      empty_layer: true,
    });
  });

  test('an image with an inline cache is enough to build on', async () => {
    const directory = lab.context({ f: 'inline' });
    const text =
      'FROM busybox AS a\nRUN echo inline-a > /a\nFROM busybox\nCOPY f /f\nCOPY --from=a /a /a\nRUN cat /f /a > /both';
    const exports = [{ type: 'image', names: ['inlined'] }] as const;
    const buildArgs = { BUILDKIT_INLINE_CACHE: '1' };
    const { result } = await lab.build(text, { directory, exports, buildArgs });
    await lab.builder.prune({ all: true });
    const cacheFrom = [{ type: 'registry', attributes: { ref: 'inlined' } }] as const;
    const again = await lab.build(text, { directory, exports, buildArgs, cacheFrom });
    expect(outcomes(again.events).ran).toEqual([]);
    expect(again.result.id).toEqual(result.id);
  });

  test('a result and its cache are pushed to a registry, and the cache is taken from there', async () => {
    await using registry = await TestRegistry.start();
    const [image, cache] = [`${registry.host}/made:1`, `${registry.host}/made:cache`];
    const text = 'FROM busybox\nRUN echo pushed > /p\nRUN cat /p > /q';
    const { result } = await lab.build(text, {
      exports: [{ type: 'image', names: [image], push: true }],
      cacheTo: [{ type: 'registry', attributes: { ref: cache } }],
    });
    expect(result.response['containerimage.digest']).toMatch(/^sha256:/);
    expect(lab.images.find(cache)).toBeUndefined();
    const head = await fetch(`http://${registry.host}/v2/made/manifests/1`, { method: 'HEAD' });
    expect(head.headers.get('docker-content-digest')).toBe(result.response['containerimage.digest'] as string);
    await lab.builder.prune({ all: true });
    await lab.images.remove(image, { force: true, prune: true, inUse: () => [] });
    const again = await lab.build(text, { cacheFrom: [{ type: 'registry', attributes: { ref: cache } }] });
    expect(outcomes(again.events).ran).toEqual([]);
  });

  test('squashed layers say together what they said one by one', async () => {
    const text = [
      'FROM busybox AS base\nRUN mkdir -p /d/e /k; echo old > /d/f; echo gone > /d/e/g; echo kept > /k/f',
      'FROM base\nRUN rm /d/f; echo new > /d/n',
      'RUN rm -r /d/e; mkdir /d/e; echo again > /d/e/h; rm /d/n; echo x > /k/x',
    ].join('\n');
    const base = await lab.build(text, { target: 'base', exports: [{ type: 'image', names: ['squash-base'] }] });
    const onBase = text.split('\nFROM base')[1] as string;
    const { result } = await lab.build(`FROM squash-base${onBase}`, { squash: true });
    const image = lab.images.get(result.id as string);
    expect(image.diffIds).toHaveLength(lab.images.get(base.result.id as string).diffIds.length + 1);
    using files = lab.files(result.id as string);
    expect(readdirSync(join(files.root, 'd'), { recursive: true }).sort()).toEqual(['e', 'e/h']);
    expect(readdirSync(join(files.root, 'k')).sort()).toEqual(['f', 'x']);
    expect(image.config.history?.at(-1)?.empty_layer).toBeUndefined();
  });

  test('a step that fails ends those beside it', async () => {
    const text =
      'FROM busybox AS a\nRUN sleep 1000\nFROM busybox AS b\nRUN exit 3\nFROM scratch\nCOPY --from=a / /\nCOPY --from=b / /';
    expect(findCause(await failure(lab.build(text)), StepError)?.step.exitCode).toBe(3);
    expect(lab.runtime.list()).toEqual([]);
  });

  test('what leaves can say what it was made of', async () => {
    const layout = join(lab.root, 'attested');
    const target = { kind: 'directory', path: layout } as const;
    const read = (digest: string) => JSON.parse(readFileSync(join(layout, 'blobs', digest.replace(':', '/')), 'utf8'));
    const text =
      'FROM busybox\nARG SECRETIVE=yes\nRUN mkdir -p /var/lib/dpkg; printf "Package: hello\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 2.10-3\\n" > /var/lib/dpkg/status';
    await lab.build(text, {
      attestations: { provenance: { mode: 'min' }, sbom: {} },
      buildArgs: { SECRETIVE: 'told' },
      exports: [{ type: 'oci', names: ['a/attested:1'], tar: false, target }],
    });
    const index = read(JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests[0].digest);
    const [image, attested] = index.manifests;
    expect(attested.annotations['vnd.docker.reference.digest']).toBe(image.digest);
    const statements = read(attested.digest).layers.map((layer: { digest: string }) => read(layer.digest));
    expect(statements[0].predicate.packages[0].externalRefs[0].referenceLocator).toBe(
      'pkg:deb/debian/hello@2.10-3?arch=amd64',
    );
    expect(statements[1].predicate.materials[0].uri).toBe('pkg:docker/busybox@latest?platform=linux%2Famd64');
    expect(JSON.stringify(statements[1])).not.toContain('told');
  });

  test('the cache is pruned, images stay', async () => {
    const { result } = await lab.build('FROM busybox\nRUN echo kept > /kept', {
      exports: [{ type: 'image', names: ['kept'] }],
    });
    expect((await lab.builder.usage()).length).toBeGreaterThan(3);
    await expect(lab.builder.prune({ filters: { nonsense: ['1'] } })).rejects.toThrow("invalid filter 'nonsense'");
    await lab.builder.prune({ all: true });
    expect(await lab.builder.usage()).toEqual([]);
    using files = lab.files(result.id as string);
    expect(lstatSync(join(files.root, 'kept')).isFile()).toBe(true);
  });

  test('what an image says of itself stays as long as the image, and goes with it', async () => {
    await using first = await TestRegistry.start();
    await using second = await TestRegistry.start();
    const push = async (name: string) => {
      for await (const _ of lab.images.transfers.push(parseReference(name), { signal: new AbortController().signal }));
    };
    const image = (host: string) => `${host}/attested:1`;
    const exports = [{ type: 'image', names: [image(first.host)], push: true }] as const;
    const text = 'FROM busybox\nRUN echo attested > /attested\n';
    for (const mode of ['min', 'max'] as const) {
      await lab.build(text, { attestations: { provenance: { mode } }, exports });
    }
    await lab.builder.prune({ all: true });
    await lab.images.restore({ containers: new Set() });
    lab.images.tag(image(first.host), image(second.host));
    await push(image(second.host));
    const read = async <T>(path: string) =>
      (await (await fetch(`http://${second.host}/v2/attested/${path}`)).json()) as T;
    const index = await read<{ manifests: { digest: string }[] }>('manifests/1');
    const attestation = await read<{ layers: { digest: string }[] }>(`manifests/${index.manifests[1]?.digest}`);
    const statement = attestation.layers[0]?.digest ?? '';
    expect(await read<object>(`blobs/${statement}`)).toMatchObject({
      predicateType: 'https://slsa.dev/provenance/v0.2',
    });
    const blob = join(lab.root, 'content', 'blobs', statement.replace(':', '/'));
    expect(existsSync(blob)).toBe(true);
    for (const host of [first.host, second.host]) {
      await lab.images.remove(image(host), { force: true, prune: true, inUse: () => [] });
    }
    expect(existsSync(blob)).toBe(false);
  });
});
