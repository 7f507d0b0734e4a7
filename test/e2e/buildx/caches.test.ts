// Caches that leave one engine and come to another (here the same one, emptied), and the commands that look after it.
import { expect } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Buildx } from '../../support/builds/buildx.ts';
import { buildxScenarios, sinceBuildx } from '../../support/builds/buildx-scenarios.ts';
import { stepsRun } from '../../support/builds/steps-run.ts';
import { startBerthRegistry } from '../../support/registries/registries.ts';

const context = (buildx: Buildx, mark: string) =>
  buildx.context({
    Dockerfile: `FROM busybox\nCOPY f /f\nRUN echo ${mark} > /made; sleep 0.1\nRUN cat /made\n`,
    f: mark,
  });

buildxScenarios(['busybox'], {
  'a cache in a folder of the client must save its steps': async buildx => {
    const folder = context(buildx, 'local');
    const place = join(buildx.folder, 'cache');
    await buildx.build(['--cache-to', `type=local,dest=${place}`, folder]);
    expect(JSON.parse(readFileSync(join(place, 'index.json'), 'utf8')).manifests).toHaveLength(1);
    await buildx.empty();
    expect(stepsRun(await buildx.build([folder]))).toHaveLength(3);
    await buildx.empty();
    expect(stepsRun(await buildx.build(['--cache-from', `type=local,src=${place}`, folder]))).toEqual([]);
    await buildx.build(['--no-cache', '--cache-from', 'type=local,src=/nowhere', folder]);
  },

  'a cache in a registry must save its steps, within an image and beside it': async buildx => {
    await using registry = await startBerthRegistry();
    const folder = context(buildx, 'registry');
    const [cache, image] = [`${registry.address}/e2e/cache:1`, `${registry.address}/e2e/image:1`];
    await buildx.build(['--cache-to', `type=registry,ref=${cache}`, folder]);
    await buildx.build(['--cache-to', 'type=inline', '-t', image, '--push', folder]);
    for (const from of [`type=registry,ref=${cache}`, image]) {
      await buildx.empty();
      expect(stepsRun(await buildx.build(['--cache-from', from, folder]))).toEqual([]);
    }
    await buildx.empty();
    const missing = `type=registry,ref=${registry.address}/e2e/none:1`;
    expect(stepsRun(await buildx.build(['--cache-from', missing, folder]))).toHaveLength(3);
  },

  'the cache must be listed with its size, and pruned': async buildx => {
    await buildx.empty();
    const folder = context(buildx, 'listed');
    await buildx.build([folder]);
    const used = await buildx.ok(['buildx', 'du', '--verbose']);
    expect(used).toContain('RUN echo listed > /made; sleep 0.1');
    expect(used).toMatch(/^Type:\s+source\.local$/m);
    const frame = await buildx.ok(['system', 'df', '--format', '{{.Type}} {{.TotalCount}}']);
    expect(Number(/Build Cache (\d+)/.exec(frame)?.[1])).toBeGreaterThan(2);
    expect(await buildx.ok(['buildx', 'prune', '-f', '--filter', 'type=source.local'])).toContain('Total:');
    expect(await buildx.ok(['buildx', 'du', '--verbose'])).not.toContain('source.local');
    expect(await buildx.ok(['buildx', 'prune', '-af'])).toContain('Total:');
    expect(await buildx.ok(['buildx', 'du'])).not.toContain('listed');
    expect(stepsRun(await buildx.build([folder]))).toHaveLength(3);
  },

  'the builder must say what it is, and which builds there were': sinceBuildx(29, async buildx => {
    expect(await buildx.ok(['buildx', 'ls'])).toMatch(/default +running +v\d/);
    expect(await buildx.ok(['buildx', 'inspect'])).toMatch(/Platforms:\s+linux\//);
    await buildx.build([context(buildx, 'history')]);
    await buildx.failure([buildx.context({ Dockerfile: 'FROM busybox\nRUN false\n' })]);
    const history = (await buildx.ok(['buildx', 'history', 'ls', '--format', '{{.Status}}'])).split('\n');
    expect(history).toContain('Completed');
    expect(history).toContain('Error');
    const [ref = ''] = (await buildx.ok(['buildx', 'history', 'ls', '--format', '{{.Ref}}'])).split('\n');
    expect((await buildx.run(['buildx', 'history', 'rm', ref.slice(ref.lastIndexOf('/') + 1)])).code).toBe(0);
  }),

  'compose must build its services': async buildx => {
    const folder = buildx.context({
      'compose.yaml':
        'services:\n  one:\n    build: { context: ., args: { WHO: one } }\n    image: e2e-one\n  two:\n    build: { context: ., target: base }\n    image: e2e-two\n',
      Dockerfile: 'FROM busybox AS base\nENV A=b\nFROM base\nARG WHO\nRUN echo $WHO > /who\nCMD ["cat", "/who"]\n',
    });
    const compose = ['compose', '-f', join(folder, 'compose.yaml')];
    if ((await buildx.run(['compose', 'version'])).code !== 0) return;
    await buildx.ok([...compose, 'build']);
    expect(await buildx.ok(['run', '--rm', 'e2e-one'])).toBe('one');
    expect(await buildx.ok(['inspect', '-f', '{{.Config.Env}}', 'e2e-two'])).toContain('A=b');
  },
});
