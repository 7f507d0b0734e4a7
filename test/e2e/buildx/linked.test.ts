// Real builds that stand upon other builds: targets of bake files, services of Compose files, images in OCI layouts.
import { expect } from 'bun:test';
import { join } from 'node:path';
import type { Buildx } from '../../support/builds/buildx.ts';
import { buildxScenarios, sinceBuildx } from '../../support/builds/buildx-scenarios.ts';
import { eventually } from '../../support/eventually.ts';

/** The result of a file of an image that nothing can run in. */
async function fileOf(buildx: Buildx, image: string, path: string): Promise<string> {
  const folder = buildx.context({ Dockerfile: `FROM ${image} AS from\nFROM busybox\nCOPY --from=from ${path} /it\n` });
  await buildx.build(['-t', 'e2e-file-of', folder]);
  return await buildx.ok(['run', '--rm', 'e2e-file-of', 'cat', '/it']);
}

const linked = {
  'base/Dockerfile': 'FROM busybox\nENV FROM_BASE=1\nRUN cat /proc/sys/kernel/random/uuid > /id\n',
  'app/Dockerfile': 'FROM base\nRUN test "$FROM_BASE" = 1\nFROM scratch\nCOPY --from=base /id /id\n',
};

buildxScenarios(['busybox'], {
  'targets of a bake file must stand upon a target that is built once': async buildx => {
    const target = (tag: string) => ({ context: 'app', contexts: { base: 'target:base' }, tags: [tag] });
    const folder = buildx.context({
      ...linked,
      'docker-bake.json': JSON.stringify({
        group: { default: { targets: ['one', 'two'] } },
        target: { base: { context: 'base', tags: ['e2e-base'] }, one: target('e2e-one'), two: target('e2e-two') },
      }),
    });
    const bake = async (...args: string[]) => await buildx.run(['buildx', 'bake', ...args], { cwd: folder });
    for (let round = 0; round < 3; round++) {
      const { code, stderr } = await bake('--no-cache', 'default', 'base');
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const id = await fileOf(buildx, 'e2e-base', '/id');
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(await fileOf(buildx, 'e2e-one', '/id')).toBe(id);
      expect(await fileOf(buildx, 'e2e-two', '/id')).toBe(id);
    }
    expect((await bake()).stderr).not.toMatch(/RUN .*\n#\d+ DONE/);
  },

  'a target that fails must be the failure of those upon it': async buildx => {
    const folder = buildx.context({
      ...linked,
      'base/Dockerfile': 'FROM busybox\nRUN echo no-base; exit 3\n',
      'docker-bake.json': JSON.stringify({
        target: { default: { context: 'app', contexts: { base: 'target:base' } }, base: { context: 'base' } },
      }),
    });
    const { code, stderr } = await buildx.run(['buildx', 'bake'], { cwd: folder });
    expect(code).not.toBe(0);
    expect(stderr).toContain('did not complete successfully: exit code: 3');
    expect(stderr).toContain('>>> RUN echo no-base; exit 3');
  },

  'services of a Compose file must stand upon other services': sinceBuildx(29, async buildx => {
    if (!buildx.plugins.compose) return;
    const folder = buildx.context({
      ...linked,
      'compose.yaml': `name: e2e-linked
services:
  app: { build: { context: app, additional_contexts: { base: "service:base" } }, image: e2e-service-app }
  base: { build: { context: base }, image: e2e-service-base }
`,
    });
    const { code, stderr } = await buildx.run(['compose', 'build', '--no-cache'], { cwd: folder });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await fileOf(buildx, 'e2e-service-app', '/id')).toBe(await fileOf(buildx, 'e2e-service-base', '/id'));
  }),

  'images in OCI layouts must be contexts, by tag and by digest': async buildx => {
    const layout = join(buildx.folder, 'base-layout');
    const base = buildx.context({ Dockerfile: 'FROM busybox\nENV IN_LAYOUT=yes\nRUN echo layout > /l\n' });
    await buildx.build(['-t', 'e2e-layout:9', '-o', `type=oci,dest=${layout},tar=false`, base]);
    const { manifests } = await Bun.file(join(layout, 'index.json')).json();
    const folder = buildx.context({ Dockerfile: 'FROM base\nRUN echo $IN_LAYOUT $(cat /l)\n' });
    for (const suffix of ['', ':9', `@${manifests[0].digest}`]) {
      const context = ['--build-context', `base=oci-layout://${layout}${suffix}`];
      expect(await buildx.build(['--no-cache', ...context, folder])).toContain(' yes layout\n');
    }
    const missing = `sha256:${'0'.repeat(64)}`;
    const failure = await buildx.failure(['--build-context', `base=oci-layout://${layout}@${missing}`, folder]);
    expect(failure).toContain(`failed to resolve source metadata for docker.io/library/base@${missing}`);
    expect(failure).toContain('>>> FROM base');
    // What was loaded for a build alone goes with it.
    const manifest = await Bun.file(join(layout, 'blobs', manifests[0].digest.replace(':', '/'))).json();
    await eventually('the base is forgotten', async () => {
      return (await buildx.run(['inspect', manifest.config.digest])).code !== 0;
    });
  },
});
