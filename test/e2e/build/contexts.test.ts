// Contexts of `berth build`, and of the classic request, that the daemon fetches: repositories, archives and Dockerfiles.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite } from '../../support/builds/build-site.ts';
import { GitServer } from '../../support/builds/git-server.ts';
import { eventually } from '../../support/eventually.ts';
import { run, runOk } from '../../support/run.ts';

const site = buildSite();
let server: GitServer;
beforeAll(() => {
  server = new GitServer();
});
afterAll(async () => await server?.[Symbol.asyncDispose]());

const Dockerfile = 'FROM busybox\nCOPY f /f\nCMD ["cat", "/f"]\n';

let doors = 0;

/** By one door and the other in turns, without the cache: what the image prints. */
async function expectBuilt(context: string, printed: string): Promise<void> {
  if (doors++ % 2 === 0) await site.build(['--no-cache', '-t', 'fetched', context]);
  else {
    const query = { remote: context, t: ['fetched'], nocache: true };
    const { error } = await site.post({ context: site.context({}), query });
    expect(error).toBeUndefined();
  }
  expect(await site.berth(['run', '--rm', '--network', 'none', 'fetched'])).toBe(printed);
  await site.clean();
}

test('a repository is built at a branch, a tag, a commit and in a folder', async () => {
  const first = await server.commit(
    'repo',
    { Dockerfile, f: 'one', 'sub/Dockerfile': Dockerfile, 'sub/f': 'below' },
    'v1',
  );
  await server.commit('repo', { f: 'two' });
  const address = `${server.address}/repo.git`;
  await expectBuilt(address, 'two');
  await expectBuilt(`${address}#v1`, 'one');
  await expectBuilt(`${address}#${first}`, 'one');
  await expectBuilt(`${address}#${first.slice(0, 9)}`, 'one');
  await expectBuilt(`${address}#main:sub`, 'below');
  expect(await site.failure([`${address}#none`])).toContain('repository does not contain ref none');
  expect(await site.failure([`${address}#:none`])).toContain('invalid subdir none');
  expect(await site.failure([`${server.address}/none.git`])).toContain('error fetching default branch');
}, 60_000);

test('what was fetched is not fetched again, also by the next daemon, until it is pruned', async () => {
  await server.commit('kept', { Dockerfile, f: 'old' });
  const address = `${server.address}/kept.git`;
  await expectBuilt(address, 'old');
  const { fetches } = server;
  await expectBuilt(address, 'old');
  await site.daemon.stop();
  await site.daemon.start();
  await expectBuilt(address, 'old');
  expect(server.fetches).toBe(fetches);
  await server.commit('kept', { f: 'new' });
  await expectBuilt(address, 'new');
  expect(server.fetches).toBe(fetches + 1);
  const used = await site.berth(['builder', 'du', '--verbose']);
  expect(used).toContain(`shared git repo for ${address}`);
  await site.berth(['builder', 'prune', '-f', '--filter', 'type=source.git.checkout']);
  expect(await site.berth(['builder', 'du', '--verbose'])).not.toContain('shared git repo');
  await expectBuilt(address, 'new');
  expect(server.fetches).toBe(fetches + 2);
}, 60_000);

test('ten builds of one repository at once fetch it once', async () => {
  await server.commit('many', { Dockerfile, f: 'many' });
  const { fetches } = server;
  const address = `${server.address}/many.git`;
  await Promise.all(Array.from({ length: 10 }, () => site.build([address])));
  expect(server.fetches).toBe(fetches + 1);
}, 60_000);

test('submodules come along, and servers of plain files will do', async () => {
  await server.commit('module', { f: 'of the module' });
  await server.commit('whole', { Dockerfile: Dockerfile.replace('COPY f', 'COPY module/f') });
  await server.addSubmodule('whole', 'module', 'module');
  await server.commit('whole', { more: '' });
  await expectBuilt(`${server.address}/whole.git`, 'of the module');
  await server.commit('plain', { Dockerfile, f: 'plain' }, 'v1');
  await expectBuilt(`${server.address}/dumb/plain.git`, 'plain');
  await expectBuilt(`${server.address}/dumb/plain.git#v1`, 'plain');
}, 60_000);

test('bake files of a repository are built there, with what is named of the working directory', async () => {
  const bake = `
    target "default" {
      tags = ["baked"]
    }
    target "sub" {
      inherits = ["default"]
      context = "sub"
    }
  `;
  await server.commit(
    'baked',
    { 'docker-bake.hcl': bake, Dockerfile, f: 'top', 'sub/Dockerfile': Dockerfile, 'sub/f': 'below' },
    'v1',
  );
  const address = `${server.address}/baked.git`;
  const printed = async () => await site.berth(['run', '--rm', '--network', 'none', 'baked']);
  await site.berth(['bake', address]);
  expect(await printed()).toBe('top');
  await site.berth(['bake', `${address}#v1`, 'sub']);
  expect(await printed()).toBe('below');
  const own = site.context({
    'own.hcl': 'target "default" { dockerfile = "cwd://D" }',
    D: `${Dockerfile}RUN echo own >/f\n`,
  });
  await site.berth(['bake', '-f', 'docker-bake.hcl', '-f', 'cwd://own.hcl', address], { cwd: own });
  expect(await printed()).toBe('own');
  const refused = await run(site.command('bake', address, '--set', 'default.secrets=id=s,src=/etc/hostname'));
  expect(refused.stderr).toContain('Read access to path /etc/hostname');
  await site.clean();
}, 60_000);

test('a fetch that is cut off leaves nothing, be it the client or the daemon that goes', async () => {
  await server.commit('slow', { Dockerfile, f: 'slow' });
  const address = `${server.address}/slow.git`;
  for (const way of ['interrupt', 'kill', 'daemon'] as const) {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { fetches } = server;
    server.hold = held;
    const building = site.begin(way === 'daemon' ? 'kill' : way, { context: address });
    await eventually('git fetches', () => server.fetches > fetches);
    if (way === 'daemon') await site.daemon.kill();
    else await building.leave();
    await building.ended;
    if (way === 'daemon') await site.daemon.start();
    await site.clean();
    server.hold = undefined;
    release();
    await expectBuilt(address, 'slow');
    await site.empty();
  }
}, 60_000);

test('archives and Dockerfiles of the web are contexts', async () => {
  const folder = site.context({ Dockerfile, f: 'packed' });
  const archive = join(site.folder, 'web.tar.gz');
  await runOk(['tar', '-C', folder, '-czf', archive, '.']);
  await using web = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === '/context.tar.gz') return new Response(readFileSync(archive));
      if (pathname === '/Dockerfile') return new Response('FROM busybox\nCMD ["echo", "alone"]\n');
      return new Response('', { status: 404 });
    },
  });
  const address = `http://127.0.0.1:${web.port}`;
  await expectBuilt(`${address}/context.tar.gz`, 'packed');
  await expectBuilt(`${address}/Dockerfile`, 'alone');
  expect(await site.failure([`${address}/none`])).toContain('404');
}, 60_000);
