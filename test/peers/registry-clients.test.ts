// Real clients against a registry of ours with TLS and tokens: docker through our daemon, skopeo and podman sign in, push
// what they may, are refused what they may not, and everybody pulls what is public.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from '../support/certificates.ts';
import { berthCommand, TestDaemon } from '../support/daemons/daemon.ts';
import { dockerProgram } from '../support/docker-program.ts';
import { imageArchive } from '../support/images.ts';
import { peerFolder, peerProgram } from '../support/peer-programs.ts';
import { TestRegistry } from '../support/registries/registry.ts';
import { type RunResult, run, runOk } from '../support/run.ts';

let folder: { here: string; there: string };
let registry: TestRegistry;
let daemon: TestDaemon;

beforeAll(async () => {
  folder = peerFolder();
  const certificates = join(folder.here, 'certificates');
  mkdirSync(certificates);
  const { server } = await makeCertificates(certificates);
  mkdirSync(join(folder.here, 'trust'));
  copyFileSync(server.ca, join(folder.here, 'trust', 'ca.crt'));
  copyFileSync(await imageArchive('busybox'), join(folder.here, 'busybox.tar'));
  for (const program of ['skopeo', 'podman']) writeFileSync(join(folder.here, `${program}-none.json`), '{}');
  const users = join(folder.here, 'users');
  for (const name of ['pusher', 'reader']) {
    await runOk([...berthCommand(), 'registry', 'passwd', '--cost', '4', users, name], { stdin: `${name}-secret\n` });
  }
  registry = await TestRegistry.start({
    config: {
      tls: { cert: server.cert, key: server.key },
      auth: {
        ...{ htpasswd: users, tokens: true },
        rules: [
          { repositories: ['**'], users: ['pusher'], actions: ['all'] },
          { repositories: ['**'], users: ['*'], actions: ['pull', 'catalog'] },
          { repositories: ['public/**'], users: ['anonymous'], actions: ['pull', 'catalog'] },
        ],
      },
    },
  });
  daemon = await TestDaemon.start();
  await runOk([...berthCommand(), '-H', daemon.host, 'load', '-q', '-i', await imageArchive('busybox')]);
}, 60_000);
afterAll(async () => {
  const podman = peerProgram('podman');
  if (podman && registry) await forget(podman, registry.host);
  await registry?.[Symbol.asyncDispose]();
  await daemon?.[Symbol.asyncDispose]();
  rmSync(folder.here, { recursive: true, force: true });
}, 60_000);

/** Podman keeps what it pulled, and what it was given to push, where the next test would see it. */
async function forget(podman: readonly string[], host: string): Promise<void> {
  const names = await runOk([...podman, 'images', '--format', '{{.Repository}}:{{.Tag}}']);
  for (const name of names
    .split('\n')
    .filter(one => one.startsWith(`${host}/`) || one.startsWith('localhost/busybox:')))
    await run([...podman, 'rmi', name]);
}

interface Client {
  login(user: string, password: string): Promise<RunResult>;
  /** Both with the credentials of the last login in `login`, or with none. */
  push(name: string, signedIn: boolean): Promise<RunResult>;
  pull(name: string, signedIn: boolean): Promise<RunResult>;
}

/** skopeo and podman keep credentials in a file they are told of. */
function archiveClient(label: string, program: readonly string[], words: { push: string[]; pull: string[] }): Client {
  const file = (name: string) => join(folder.there, `${label}-${name}.json`);
  const trust = () => ['--cert-dir', join(folder.there, 'trust')];
  const auth = (signedIn: boolean) => ['--authfile', file(signedIn ? 'auth' : 'none')];
  const fill = (list: string[], name: string) => list.map(word => word.replace('NAME', `${registry.host}/${name}`));
  return {
    login: (user, password) =>
      run([...program, 'login', '-u', user, '--password-stdin', ...trust(), ...auth(true), registry.host], {
        stdin: password,
      }),
    push: (name, signedIn) => run([...fill([...program, ...words.push], name), ...trust(), ...auth(signedIn)].flat()),
    pull: (name, signedIn) => run([...fill([...program, ...words.pull], name), ...trust(), ...auth(signedIn)].flat()),
  };
}

/** Docker's commands at our daemon. */
function engineClient(program: readonly string[]): Client {
  const call = (args: string[], signedIn: boolean, stdin?: string) => {
    const env = { DOCKER_CONFIG: join(folder.here, signedIn ? 'docker' : 'docker-none') };
    return run([...program, '-H', daemon.host, ...args], { env, ...(stdin === undefined ? {} : { stdin }) });
  };
  return {
    login: (user, password) => call(['login', '-u', user, '--password-stdin', registry.host], true, password),
    push: async (name, signedIn) => {
      await call(['tag', 'busybox', `${registry.host}/${name}`], true);
      return await call(['push', `${registry.host}/${name}`], signedIn);
    },
    pull: (name, signedIn) => call(['pull', `${registry.host}/${name}`], signedIn),
  };
}

const archive = () => `docker-archive:${join(folder.there, 'busybox.tar')}`;
const clients: Record<string, () => Client | undefined> = {
  berth: () => engineClient(berthCommand()),
  docker: () => (dockerProgram() ? engineClient([dockerProgram() as string]) : undefined),
  skopeo: () => {
    const program = peerProgram('skopeo');
    if (!program) return undefined;
    const copy = archiveClient('skopeo', program, { push: [], pull: ['inspect', 'docker://NAME'] });
    const push = (name: string, signedIn: boolean) =>
      run([
        ...[...program, 'copy', '--dest-cert-dir', join(folder.there, 'trust')],
        ...['--dest-authfile', join(folder.there, `skopeo-${signedIn ? 'auth' : 'none'}.json`)],
        ...[archive(), `docker://${registry.host}/${name}`],
      ]);
    return { ...copy, push };
  },
  podman: () => {
    const program = peerProgram('podman');
    if (!program) return undefined;
    const words = { push: ['push', 'localhost/busybox', 'NAME'], pull: ['pull', '-q', 'NAME'] };
    const client = archiveClient('podman', program, words);
    const push = async (name: string, signedIn: boolean) => {
      await runOk([...program, 'load', '-q', '-i', join(folder.there, 'busybox.tar')]);
      return await client.push(name, signedIn);
    };
    return { ...client, push };
  },
};

for (const [name, make] of Object.entries(clients)) {
  const installed = name === 'berth' || (name === 'docker' ? dockerProgram() : peerProgram(name));
  describe(name, () => {
    if (!installed) return test.skip('is not installed: what it does with TLS and tokens was not looked at', () => {});
    test('signs in, pushes what it may, pulls what is public, and is refused the rest', async () => {
      const client = make() as Client;
      const said = ({ stdout, stderr }: RunResult) => `${stdout}${stderr}`;
      const succeeds = async (result: Promise<RunResult>) => expect({ ...(await result) }).toMatchObject({ code: 0 });
      expect((await client.login('pusher', 'guess')).code).not.toBe(0);
      expect((await client.push(`private/${name}:1`, false)).code).not.toBe(0);
      await succeeds(client.login('pusher', 'pusher-secret'));
      await succeeds(client.push(`private/${name}:1`, true));
      await succeeds(client.push(`public/${name}:1`, true));
      await succeeds(client.pull(`private/${name}:1`, true));
      await succeeds(client.pull(`public/${name}:1`, false));
      const refused = await client.pull(`private/${name}:1`, false);
      expect(refused.code).not.toBe(0);
      expect(said(refused)).toMatch(/unauthorized|authentication required|denied/i);
      await succeeds(client.login('reader', 'reader-secret'));
      await succeeds(client.pull(`private/${name}:1`, true));
      const denied = await client.push(`private/${name}-too:1`, true);
      expect(denied.code).not.toBe(0);
      expect(said(denied)).toMatch(/denied|unauthorized|insufficient/i);
    }, 120_000);
  });
}
