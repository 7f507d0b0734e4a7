// Services of Compose files with everything that can be said of a build, and what the builder grants, keeps and lets go.
import { expect } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Buildx } from '../../support/builds/buildx.ts';
import { buildxScenarios, sinceBuildx } from '../../support/builds/buildx-scenarios.ts';
import { startBerthRegistry } from '../../support/registries/registries.ts';

const compose = (buildx: Buildx, folder: string, ...args: string[]) =>
  buildx.run(['compose', '--progress', 'plain', '-f', join(folder, 'compose.yaml'), ...args], { cwd: folder });

const whole = (folder: string) => ({
  context: '.',
  dockerfile: 'D',
  target: 't',
  args: { A: 'of-args' },
  labels: { l: 'of-labels' },
  tags: ['e2e-whole:2'],
  network: 'none',
  no_cache: true,
  pull: false,
  platforms: ['linux/amd64'],
  shm_size: '32m',
  ulimits: { nofile: { soft: 1000, hard: 2000 } },
  extra_hosts: ['hh=1.2.3.4', 'six=::1'],
  secrets: ['of-file', { source: 'of-env', target: 'renamed' }],
  cache_from: [`type=local,src=${folder}/cache`],
  cache_to: [`type=local,dest=${folder}/cache,mode=max`],
  additional_contexts: { dir: './dir', img: 'docker-image://busybox' },
});

buildxScenarios(['busybox'], {
  'a service must be built with all that its file says': sinceBuildx(29, async buildx => {
    if (!buildx.plugins.compose) return;
    const folder = buildx.context({
      D: `FROM busybox AS t
ARG A
COPY --from=dir d /d
COPY --from=img /bin/busybox /bb
RUN --mount=type=secret,id=of-file --mount=type=secret,id=renamed echo "$A $(cat /run/secrets/*) $(cat /d) $(ulimit -n)" \\
  && grep -E 'hh|six' /etc/hosts && df -m /dev/shm | tail -1 && echo "routes $(ip route | wc -l)"
FROM scratch
`,
      'dir/d': 'of-dir',
      secret: 'secret-of-file ',
    });
    const secrets = { 'of-file': { file: './secret' }, 'of-env': { environment: 'E2E_SECRET' } };
    const services = { whole: { image: 'e2e-whole', build: whole(folder) } };
    await Bun.write(join(folder, 'compose.yaml'), JSON.stringify({ name: 'e2e-whole', services, secrets }));
    const { code, stdout, stderr } = await buildx.run(
      ['compose', '--progress', 'plain', '-f', join(folder, 'compose.yaml'), 'build'],
      { env: { E2E_SECRET: 'secret-of-env' } },
    );
    const said = stdout + stderr;
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toContain(' of-args secret-of-file secret-of-env of-dir 1000\n');
    expect(said).toMatch(/ 1\.2\.3\.4\s+hh\n/);
    expect(said).toMatch(/ ::1\s+six\n/);
    expect(said).toMatch(/ shm +32 /);
    expect(said).toContain(' routes 0\n');
    expect(existsSync(join(folder, 'cache', 'index.json'))).toBe(true);
    expect(await buildx.ok(['inspect', '-f', '{{.Config.Labels.l}}', 'e2e-whole:2'])).toBe('of-labels');
    expect(await buildx.ok(['inspect', '-f', '{{.Id}}', 'e2e-whole:2'])).toBe(
      await buildx.ok(['inspect', '-f', '{{.Id}}', 'e2e-whole']),
    );
  }),

  'services must be pushed, and built on their way up': async buildx => {
    if (!buildx.plugins.compose) return;
    await using registry = await startBerthRegistry();
    const image = (name: string) => `${registry.address}/e2e/${name}:1`;
    const service = (name: string) => ({
      image: image(name),
      build: { context: '.', dockerfile_inline: `FROM busybox\nCMD ["echo", "i-am-${name}"]\n` },
      network_mode: 'none',
    });
    const folder = buildx.context({
      'compose.yaml': JSON.stringify({ name: 'e2e-up', services: { one: service('one'), two: service('two') } }),
    });
    const pushed = await compose(buildx, folder, 'build', '--push');
    expect({ code: pushed.code, said: pushed.stderr }).toMatchObject({ code: 0 });
    for (const name of ['one', 'two']) {
      expect((await fetch(`http://${registry.address}/v2/e2e/${name}/manifests/1`)).status).toBe(200);
      await buildx.ok(['rmi', image(name)]);
    }
    const up = await compose(buildx, folder, 'up', '--build', '--no-color');
    expect({ code: up.code, said: up.stderr }).toMatchObject({ code: 0 });
    expect(up.stdout).toContain('i-am-one');
    expect(up.stdout).toContain('i-am-two');
    expect((await compose(buildx, folder, 'down')).code).toBe(0);
  },

  'privileges must be granted by the daemon, as well as by the user': async buildx => {
    const folder = buildx.context({ Dockerfile: 'FROM busybox\nRUN --security=insecure true\n' });
    expect(await buildx.failure([folder])).toContain('security.insecure is not allowed');
    expect(await buildx.failure(['--allow', 'security.insecure', folder])).toContain(
      'granting entitlement security.insecure is not allowed by build daemon configuration',
    );
  },

  'the builder must say what it keeps, and let go of what filters mean': sinceBuildx(29, async buildx => {
    const inspected = await buildx.ok(['buildx', 'inspect']);
    expect(inspected).toMatch(/Filters: +type==source\.local,type==exec\.cachemount,type==source\.git\.checkout\n/);
    expect(inspected).toContain('Keep Duration:  48h0m0s');
    expect(inspected.match(/GC Policy rule/g)).toHaveLength(4);
    const folder = buildx.context({ Dockerfile: 'FROM busybox\nRUN --mount=type=cache,target=/c echo kept > /c/f\n' });
    const prune = (...args: string[]) => buildx.ok(['buildx', 'prune', '-f', ...args]);
    await buildx.build([folder]);
    for (const none of [
      ['--filter', 'until=1000h'],
      ['--filter', 'unused-for=1000h'],
      ['--filter', 'id=nothing'],
      ['--reserved-space', '1tb'],
      ['--max-used-space', '1tb'],
    ]) {
      expect(await prune(...none)).toMatch(/^Total:\s+0B$/);
    }
    expect(await prune('--filter', 'type=exec.cachemount', '--verbose')).toMatch(/Type:\s+exec\.cachemount/);
    expect(await buildx.ok(['buildx', 'du', '--filter', 'type=exec.cachemount'])).not.toContain('true');
    expect(await buildx.ok(['builder', 'prune', '-f', '--filter', 'until=1ns'])).not.toMatch(/^Total:\s+0B$/);
  }),
});
