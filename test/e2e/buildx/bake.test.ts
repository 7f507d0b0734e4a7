// What bake files mean: `berth bake --print` must print what the real `docker buildx bake --print` does.
import { expect } from 'bun:test';
import type { Buildx } from '../../support/builds/buildx.ts';
import { buildxScenarios, sinceBuildx } from '../../support/builds/buildx-scenarios.ts';
import { berthCommand } from '../../support/daemons/daemon.ts';
import { run } from '../../support/run.ts';

const whole = {
  variable: {
    TAG: { default: 'latest' },
    EMPTY: {},
    NUM: { default: 5 },
    BOOL: { default: true },
    LIST: { default: ['a', 'b'] },
  },
  glob: `of-\${TAG}`,
  function: { next: { params: ['n'], result: `\${n + 1}` } },
  group: { default: { targets: ['web', 'api'] }, all: { targets: ['default', 'many'] } },
  target: {
    _common: { labels: { a: 'b' }, args: { V: `\${TAG}`, N: null }, platforms: ['linux/amd64'] },
    web: {
      ...{
        inherits: ['_common'],
        description: 'the web',
        dockerfile: 'D',
        target: 't',
        network: 'none',
        'shm-size': '64m',
      },
      ...{ tags: [`web:\${TAG}`, 'web:x', 'web:x', `\${glob}:\${next(NUM)}`], 'no-cache': `\${BOOL}`, pull: true },
      ...{ 'cache-from': ['type=registry,ref=x/y', { type: 'local', src: 'c' }], 'cache-to': ['type=inline'] },
      ...{ output: ['type=docker'], secret: ['id=s,src=./s', { id: 'e', env: 'E' }], ulimits: ['nofile=1:2'] },
      ...{
        'extra-hosts': { h: '1.2.3.4' },
        'no-cache-filter': ['x'],
        attest: ['type=provenance,mode=max', 'type=sbom'],
      },
      ...{ entitlements: ['network.host'], annotations: ['index:a=b'], call: 'check' },
    },
    api: {
      ...{ inherits: ['web'], context: './d', contexts: { w: 'target:web', i: 'docker-image://busybox' } },
      ...{ 'dockerfile-inline': 'FROM scratch\n', tags: [`api:\${upper(TAG)}`, `api:\${join("-", LIST)}`] },
      args: { X: `\${EMPTY}`, Y: `\${NUM > 4 && BOOL ? "big" : "small"}`, Z: `\${jsonencode({a = LIST[0]})}` },
    },
    many: {
      ...{ name: `m-\${k}-\${replace(v.of, ".", "-")}`, matrix: { k: ['a', 'b'], v: [{ of: '1.0' }, { of: '2.0' }] } },
      ...{ args: { K: `\${k}`, V: `\${v.of}` }, tags: [`m:\${k}\${v.of}`] },
    },
  },
};

const above = {
  variable: { TAG: { default: 'over' } },
  target: { web: { args: { V: 'set' }, tags: [`web:\${TAG}-2`], labels: { c: 'd' } } },
};

const services = `services:
  svc:
    image: svc:\${TAG:-z}
    build:
      context: ./d
      dockerfile: F
      args: {A: 1, B: "\${FOO:-bar}"}
      labels: [x=y]
      cache_from: [a/b]
      secrets: [tok]
      network: host
      shm_size: 128m
      ulimits: {nofile: {soft: 5, hard: 6}}
      extra_hosts: ["q:1.1.1.1"]
      platforms: [linux/arm64]
      tags: ["t:1"]
      target: z
      no_cache: true
      additional_contexts: {o: ../d}
      x-bake: {tags: ["x:1"], no-cache: false, output: ["type=local,dest=o"]}
  plain: {image: busybox}
  two: {build: .}
secrets: {tok: {environment: TOK}}
`;

const lines: readonly [args: readonly string[], env?: Record<string, string>][] = [
  [['-f', 'a.json']],
  [['-f', 'a.json', 'all']],
  [['-f', 'a.json', 'many']],
  [['-f', 'a.json', 'm-a-*']],
  [['-f', 'a.json', 'api'], { TAG: 'env', NUM: '1', BOOL: 'false', EMPTY: 'full' }],
  [['-f', 'a.json', '-f', 'b.json', 'web']],
  [['-f', 'c.yaml']],
  [['-f', 'c.yaml', 'svc'], { TAG: '9', FOO: 'f' }],
  [['-f', 'a.json', '-f', 'c.yaml', 'two', 'svc', 'web']],
  [
    [
      '-f',
      'a.json',
      '--set',
      '*.platform=linux/arm64',
      '--set',
      'web.args.V=set',
      '--set',
      'api.tags=foo',
      'web',
      'api',
    ],
  ],
  [['-f', 'a.json', '--set', 'web.tags+=more', '--set', 'web.labels.z=1', '--set', 'web.context=/x', 'web']],
  [['-f', 'a.json', '--set', 'web.contexts.foo=bar', '--set', 'web.output=type=local,dest=x', 'web']],
  [['-f', 'a.json', '--push', 'web']],
  [['-f', 'a.json', '--load', 'many']],
  [['-f', 'a.json', '--no-cache', '--pull', '--provenance=true', '--sbom=true', 'many', 'web']],
];

async function printed(buildx: Buildx, words: readonly string[], o: { env: Record<string, string>; cwd: string }) {
  const { env } = buildx.command([]);
  const { code, stdout, stderr } = await run(words, { cwd: o.cwd, env: { ...env, ...o.env } });
  if (code !== 0) throw new Error(`${words.join(' ')} failed with ${code}:\n${stderr}`);
  return inOrder(stdout);
}

/** buildx goes through a matrix as Go does through a map: each time the group's members may come in another order. */
function inOrder(text: string): string {
  const document = JSON.parse(text) as { group: Record<string, { targets: string[] }> };
  document.group.many?.targets.sort();
  return JSON.stringify(document, undefined, 2);
}

buildxScenarios(['busybox'], {
  'what berth would bake must be what buildx would': sinceBuildx(29, async buildx => {
    const folder = buildx.context({
      ...{ 'a.json': JSON.stringify(whole), 'b.json': JSON.stringify(above), 'c.yaml': services },
      ...{ s: 'secret', 'd/F': 'FROM scratch\n' },
    });
    for (const [args, env = {}] of lines) {
      const o = { env, cwd: folder };
      const { words } = buildx.command(['buildx', 'bake', '--print', ...args]);
      const own = await printed(buildx, [...berthCommand(), '-H', buildx.daemon.host, 'bake', '--print', ...args], o);
      expect({ args, env, printed: own }).toEqual({ args, env, printed: await printed(buildx, words, o) });
    }
  }),

  'what berth asks of all targets must be answered as buildx shows it': sinceBuildx(29, async buildx => {
    const folder = buildx.context({
      D1: '# base is the base\nFROM busybox AS base\nENV a b\n',
      D2: 'FROM busybox AS two\nARG X=1\n',
      'docker-bake.json': JSON.stringify({
        group: { default: { targets: ['two', 'one'] } },
        target: { one: { dockerfile: 'D1' }, two: { dockerfile: 'D2', description: 'second' } },
      }),
    });
    const { env } = buildx.command([]);
    for (const question of [['--check'], ['--call', 'outline'], ['--call', 'targets'], ['--check', 'two']]) {
      const own = await run([...berthCommand(), '-H', buildx.daemon.host, 'bake', ...question], { cwd: folder, env });
      const { code, stdout } = await buildx.run(['buildx', 'bake', ...question], { cwd: folder });
      expect({ question, code: own.code, stdout: own.stdout }).toEqual({ question, code, stdout });
    }
  }),
});
