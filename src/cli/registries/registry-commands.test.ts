// `registry ls`, `tags`, `inspect` and `rm` on a registry.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { runCli } from '../run-cli.ts';
import { fakeIo } from '../testing/fake-io.ts';
import { type MemoryRegistry, startMemoryRegistry } from '../testing/memory-registry.ts';

let registry: MemoryRegistry;

beforeEach(() => {
  registry = startMemoryRegistry();
});

afterEach(() => registry.close());

/** Runs `registry …`, names that begin with a slash being in the registry. */
async function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo({ environment: { DOCKER_CONFIG: '/nonexistent/berth-test' } });
  const names = words.map(word => word.replace(/^\/(?=.)|^\/$/, `${registry.host}/`));
  const code = await runCli(['registry', ...names], io);
  return { code, out: io.out(), err: io.err() };
}

test('repositories and tags are listed', async () => {
  const first = registry.addImage('team/app', '2', { architecture: 'arm64', oci: true });
  registry.addImage('team/app', '1', { architecture: 'amd64', oci: false });
  registry.addImage('tool', 'latest', { architecture: 'amd64', oci: true });
  expect((await run('ls', '/')).out).toBe('REPOSITORY\nteam/app\ntool\n');
  expect((await run('ls', '-q', `http://${registry.host}`)).out).toBe(
    `${registry.host}/team/app\n${registry.host}/tool\n`,
  );
  expect((await run('tags', '-q', '/team/app')).out).toBe('1\n2\n');
  const { out } = await run(
    'tags',
    '/team/app',
    '--no-trunc',
    '--format',
    '{{.Tag}} {{.Digest}} {{.Platforms}} {{.Kind}}',
  );
  expect(out.split('\n')[1]).toBe(`2 ${first} linux/arm64 image`);
  expect((await run('tags', '/team/app:1')).err).toContain('a repository has no tag and no digest');
});

test('an image is described, or shown as it is', async () => {
  const digest = registry.addImage('app', '1', { architecture: 'amd64', oci: true });
  const [described] = JSON.parse((await run('inspect', '/app:1')).out);
  expect(described).toMatchObject({
    Name: `${registry.host}/app:1`,
    Digest: digest,
    Kind: 'image',
    Platforms: ['linux/amd64'],
  });
  expect((await run('inspect', '--raw', '/app:1')).out).toBe(String(registry.manifests.get('app:1')?.bytes));
  expect(await run('inspect', '-f', '{{.Digest}}', '/app:1', '/none')).toEqual({
    code: 1,
    out: `${digest}\n`,
    err: `${registry.host}/none:latest: manifest unknown: manifest unknown\n`,
  });
});

test('a tag is removed, by force the manifest', async () => {
  const digest = registry.addImage('app', '1', { architecture: 'amd64', oci: true });
  expect((await run('rm', '/app:1')).out).toBe(`Untagged: ${registry.host}/app:1\n`);
  expect(registry.requests.at(-1)).toBe('DELETE /v2/app/manifests/1');
  registry.addImage('app', '1', { architecture: 'amd64', oci: true });
  expect((await run('rm', '-f', '/app:1')).out).toBe(`Deleted: ${registry.host}/app@${digest}\n`);
  expect(registry.requests.at(-1)).toBe(`DELETE /v2/app/manifests/${digest}`);
  expect((await run('rm', '/app:1')).code).toBe(1);
});

test('help names the programs too', async () => {
  const { out } = await run('--help');
  for (const name of ['gc', 'inspect', 'ls', 'passwd', 'rm', 'serve', 'tags']) expect(out).toContain(`\n  ${name} `);
});
