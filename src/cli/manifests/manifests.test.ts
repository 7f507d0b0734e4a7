// Manifest lists from their making to the registry.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../oci/digest.ts';
import { runCli } from '../run-cli.ts';
import { fakeIo } from '../testing/fake-io.ts';
import { type MemoryRegistry, startMemoryRegistry } from '../testing/memory-registry.ts';

let registry: MemoryRegistry;
let folder: string;

beforeEach(() => {
  registry = startMemoryRegistry();
  folder = mkdtempSync(join(tmpdir(), 'berth-manifests-'));
});

afterEach(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `manifest …`, names without a host being in the registry. */
async function manifest(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo({ environment: { DOCKER_CONFIG: folder } });
  const code = await runCli(['manifest', ...words.map(word => word.replace(/^\//, `${registry.host}/`))], io);
  return { code, out: io.out(), err: io.err() };
}

test('a list is created, annotated, shown, pushed and forgotten', async () => {
  const amd64 = registry.addImage('app', 'amd64', { architecture: 'amd64', oci: false });
  const arm64 = registry.addImage('app', 'arm', { architecture: 'arm64', oci: true });

  expect(await manifest('create', '/app:1', '/app:amd64', '/app:arm')).toMatchObject({
    code: 0,
    out: `Created manifest list ${registry.host}/app:1\n`,
  });
  expect(await manifest('annotate', '/app:1', '/app:arm', '--variant', 'v8', '--os-features', 'a,b')).toMatchObject({
    code: 0,
    out: '',
  });

  const shown = (await manifest('inspect', '/app:1')).out;
  expect(JSON.parse(shown)).toMatchObject({
    mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifests: [
      { digest: amd64, platform: { architecture: 'amd64', os: 'linux' } },
      { digest: arm64, platform: { architecture: 'arm64', os: 'linux', 'os.features': ['a', 'b'], variant: 'v8' } },
    ],
  });

  const pushed = await manifest('push', '--purge', '/app:1');
  expect(pushed).toEqual({ code: 0, err: '', out: `${sha256(shown.trimEnd())}\n` });
  expect(registry.manifests.get('app:1')?.bytes.toString()).toBe(shown.trimEnd());
  expect(readdirSync(join(folder, 'manifests'))).toEqual([]);
  expect((await manifest('inspect', '/app:1')).out).toBe(shown);
});

test('images of another repository are brought over, those of another registry refused', async () => {
  const digest = registry.addImage('parts/one', 'x', { architecture: 'amd64', oci: true });
  await manifest('create', '/whole:1', '/parts/one:x');
  const pushed = await manifest('push', '/whole:1');
  expect(pushed.out).toStartWith(`Pushed ref ${registry.host}/whole@${digest} with digest: ${digest}\nsha256:`);
  expect(registry.manifests.get(`whole@${digest}`)?.mediaType).toBe('application/vnd.oci.image.manifest.v1+json');
  expect(registry.manifests.get('whole:1')?.mediaType).toBe('application/vnd.oci.image.index.v1+json');

  await manifest('create', 'elsewhere.example/whole:1', '/parts/one:x');
  expect(await manifest('push', 'elsewhere.example/whole:1')).toMatchObject({
    code: 1,
    err: `cannot use source images from a different registry than the target image: ${registry.host} != elsewhere.example\n`,
  });
});

test('one image is shown as the registry has it', async () => {
  registry.addImage('app', '1', { architecture: 'amd64', oci: true });
  const raw = registry.manifests.get('app:1')!.bytes;
  expect((await manifest('inspect', '/app:1')).out).toBe(`${JSON.stringify(JSON.parse(String(raw)), null, '\t')}\n`);
  const verbose = JSON.parse((await manifest('inspect', '-v', '/app:1')).out);
  expect(verbose).toMatchObject({
    Ref: `${registry.host}/app:1`,
    Descriptor: { digest: sha256(raw), size: raw.length, platform: { architecture: 'amd64', os: 'linux' } },
    Raw: raw.toString('base64'),
    OCIManifest: { schemaVersion: 2 },
  });
});

test('what is not there, or is there already, is said', async () => {
  registry.addImage('app', '1', { architecture: 'amd64', oci: true });
  const name = (path: string) => `${registry.host}/${path}`;
  const failure = async (...words: string[]) => {
    const { code, err } = await manifest(...words);
    expect(code).toBe(1);
    return err.trimEnd();
  };
  expect(await failure('inspect', '/none:1')).toBe(`no such manifest: ${name('none:1')}`);
  expect(await failure('create', '/list:1', '/none:1')).toBe(`no such manifest: ${name('none:1')}`);
  expect(await failure('push', '/list:1')).toBe(`No such manifest: ${name('list:1')}`);
  expect(await failure('annotate', '/list:1', '/app:1')).toBe(
    `manifest for image ${name('app:1')} does not exist in ${name('list:1')}`,
  );
  await manifest('create', '/list:1', '/app:1');
  expect(await failure('create', '/list:1', '/app:1')).toBe(
    'refusing to amend an existing manifest list with no --amend flag',
  );
  expect(await failure('annotate', '/list:1', '/app:1', '--arch', 'foo')).toBe(
    'manifest entry for image has unsupported os/arch combination: /foo',
  );
  expect(await failure('rm', '/list:1', '/list:2')).toBe(`No such manifest: ${name('list:2')}`);
  expect(await failure('inspect', 'UPPER')).toContain('must be lowercase');
});
