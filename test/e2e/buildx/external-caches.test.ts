// Caches as Docker's users know them: kinds, modes and forms, what cannot be had, and what BuildKit makes of ours.
import { expect } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Buildx } from '../../support/builds/buildx.ts';
import { buildxScenarios } from '../../support/builds/buildx-scenarios.ts';
import { stepsRun } from '../../support/builds/steps-run.ts';
import { berthCommand } from '../../support/daemons/daemon.ts';
import { startBerthRegistry } from '../../support/registries/registries.ts';
import { TestRegistry } from '../../support/registries/registry.ts';
import { run } from '../../support/run.ts';

const peer = process.env.BERTH_TEST_PEER_HOST;

const stages = (buildx: Buildx, mark: string) =>
  buildx.context({
    Dockerfile: [
      `FROM busybox AS made\nRUN echo ${mark} > /made`,
      'FROM busybox\nCOPY --link f /f\nCOPY --from=made /made /made\nRUN cat /f /made > /both',
    ].join('\n'),
    f: mark,
  });

buildxScenarios(['busybox'], {
  'caches of every form must come back whole from a registry that wants a password': async buildx => {
    const hash = await Bun.password.hash('secret', { algorithm: 'bcrypt', cost: 4 });
    await using registry = await TestRegistry.start({
      config: folder => {
        writeFileSync(join(folder, 'users'), `me:${hash}\n`);
        return { auth: { htpasswd: join(folder, 'users') } };
      },
    });
    const { host } = registry;
    const folder = stages(buildx, 'registry');
    const refused = await buildx.failure(['--cache-to', `type=registry,ref=${host}/e2e/cache:refused`, folder]);
    expect(refused).toContain('no basic auth credentials');
    await buildx.ok(['login', '-u', 'me', '--password-stdin', host], { stdin: 'secret' });
    const forms = ['mode=max', 'mode=max,image-manifest=false', 'mode=min,oci-mediatypes=false', 'compression=zstd'];
    const places = forms.map((form, at) => `type=registry,ref=${host}/e2e/cache:${at},${form}`);
    await buildx.build([...places.flatMap(place => ['--cache-to', place]), folder]);
    for (const at of forms.keys()) {
      await buildx.empty();
      const from = `type=registry,ref=${host}/e2e/cache:${at}`;
      expect(stepsRun(await buildx.build(['--cache-from', from, folder]))).toEqual([]);
    }
    expect((await buildx.run(['pull', `${host}/e2e/cache:0`])).stderr).toContain('unsupported media type');
    expect((await buildx.run(['pull', `${host}/e2e/cache:1`])).stderr).toContain('no matching manifest');
    const shown = await buildx.ok(['buildx', 'imagetools', 'inspect', '--raw', `${host}/e2e/cache:0`]);
    expect(shown).toContain('application/vnd.buildkit.cacheconfig.v0');
  },

  'several caches must help together, those that cannot be had not at all': async buildx => {
    await using registry = await startBerthRegistry();
    const cache = (name: string) => `type=registry,ref=${registry.address}/e2e/${name}:1`;
    const [one, two] = [stages(buildx, 'one'), stages(buildx, 'two')];
    await buildx.build(['--cache-to', cache('one'), one]);
    await buildx.build(['--cache-to', cache('two'), two]);
    await buildx.empty();
    const azure = 'type=azblob,name=x,account_url=https://x';
    const from = ['none', 'one', 'two'].flatMap(name => ['--cache-from', cache(name)]);
    const progress = await buildx.build([...from, '--cache-from', azure, two]);
    expect(stepsRun(progress)).toEqual([]);
    // How much is told of a vertex that another one came between depends on the client; that it failed is said at the end.
    expect(progress).toContain(` > importing cache manifest from ${registry.address}/e2e/none:1:`);
    expect(progress).toContain(' > importing cache manifest from azblob:');
    expect(stepsRun(await buildx.build([...from, one]))).toEqual([]);
    const place = `type=registry,ref=127.0.0.1:1/none:1`;
    expect(await buildx.failure(['--cache-to', place, one])).toContain('connection refused');
    await buildx.build(['--cache-to', `${place},ignore-error=true`, one]);
    expect(await buildx.failure(['--cache-to', azure, one])).toContain(
      'unknown cache exporter: "azblob": there are inline, registry and local',
    );
  },

  'a folder must keep several caches, by tag and by digest': async buildx => {
    const place = join(buildx.folder, 'tagged');
    for (const tag of ['a', 'b']) {
      await buildx.build(['--cache-to', `type=local,dest=${place},mode=max,tag=${tag}`, stages(buildx, tag)]);
    }
    const { manifests } = JSON.parse(readFileSync(join(place, 'index.json'), 'utf8'));
    expect(manifests).toHaveLength(2);
    const digest = manifests[0].digest as string;
    await buildx.empty();
    expect(
      stepsRun(await buildx.build(['--cache-from', `type=local,src=${place},tag=b`, stages(buildx, 'b')])),
    ).toEqual([]);
    const byDigest = `type=local,src=${place},digest=${digest}`;
    expect(stepsRun(await buildx.build(['--cache-from', byDigest, stages(buildx, 'a')]))).toEqual([]);
  },

  'an image must carry its cache when a build argument says so': async buildx => {
    await using registry = await startBerthRegistry();
    const image = `${registry.address}/e2e/inline:1`;
    const folder = stages(buildx, 'inline');
    await buildx.build(['--build-arg', 'BUILDKIT_INLINE_CACHE=1', '-t', image, '--push', folder]);
    await buildx.empty();
    expect(stepsRun(await buildx.build(['--cache-from', image, folder]))).toEqual([]);
    expect(await buildx.ok(['images', '-q', image])).toBe('');
  },

  'folders must mean the same to berth build and buildx: caches, layouts as results and as contexts': async buildx => {
    const folder = stages(buildx, 'own');
    const [cache, theirs, layout] = ['own-cache', 'their-cache', 'own-layout'].map(name => join(buildx.folder, name));
    const own = async (...args: string[]) => {
      const command = [...berthCommand(), '-H', buildx.daemon.host, 'build', '--progress', 'plain', ...args];
      const { code, stderr } = await run(command);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      return stderr;
    };
    await own('--cache-to', `type=local,dest=${cache},mode=max,tag=mine`, folder);
    await buildx.build(['--cache-to', `type=local,dest=${theirs}`, folder]);
    await buildx.empty();
    expect(stepsRun(await buildx.build(['--cache-from', `type=local,src=${cache},tag=mine`, folder]))).toEqual([]);
    await buildx.empty();
    expect(stepsRun(await own('--cache-from', `type=local,src=${theirs}`, folder))).toEqual([]);
    await own('-t', 'own/layout:1', '-o', `type=oci,dest=${layout},tar=false`, folder);
    const { manifests } = JSON.parse(readFileSync(join(`${layout}`, 'index.json'), 'utf8'));
    expect(manifests[0].annotations['io.containerd.image.name']).toBe('docker.io/own/layout:1');
    const upon = buildx.context({ Dockerfile: 'FROM base\nRUN echo there: $(cat /both)\n' });
    const context = ['--build-context', `base=oci-layout://${layout}:1`, '--no-cache', upon];
    for (const progress of [await own(...context), await buildx.build(context)]) {
      expect(progress).toContain('there: ownown');
    }
  },

  'BuildKit itself must take a cache of ours without a word': async buildx => {
    if (peer === undefined) return;
    const folder = stages(buildx, 'peer');
    const place = join(buildx.folder, 'for-peer');
    await buildx.build(['--cache-to', `type=local,dest=${place},mode=max`, folder]);
    const { words, env } = buildx.command([
      'buildx',
      'build',
      '--cache-from',
      `type=local,src=${place}`,
      '--network',
      'none',
    ]);
    const child = Bun.spawn([...words.map(word => (word === buildx.daemon.host ? peer : word)), folder], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const progress = await new Response(child.stderr).text();
    expect(progress).toContain('inferred cache manifest type: application/vnd.oci.image.manifest.v1+json');
    expect(progress).not.toMatch(/importing cache manifest.*\n#\d+ ERROR|WARNING/);
    expect(await child.exited).toBe(0);
  },
});
