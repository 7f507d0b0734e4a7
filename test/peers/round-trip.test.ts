// Images go to registries and come back: pushed and pulled by berth, by docker through our daemon, by skopeo and by podman,
// to our registry and to Debian's. Whoever pulls gets the digest that was pushed, the image's id and every file of it.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mediaTypes } from '../../src/oci/descriptor.ts';
import { sha256 } from '../../src/oci/digest.ts';
import { berthCommand, TestDaemon } from '../support/daemons/daemon.ts';
import { describeArchive } from '../support/describe-archive.ts';
import { dockerProgram } from '../support/docker-program.ts';
import { imageArchive, type TestImage } from '../support/images.ts';
import { peerFolder, peerProgram } from '../support/peer-programs.ts';
import { startBerthRegistry, startPeerRegistry, type TestRegistry } from '../support/registries/registries.ts';
import { run, runOk } from '../support/run.ts';

const podman = peerProgram('podman');
const skopeo = peerProgram('skopeo');
const docker = dockerProgram();
/** The real image of over 200 MB, too, when asked for. */
const images: TestImage[] = ['deep', ...(process.env.BERTH_TEST_LARGE ? (['large'] as const) : [])];
const tag = `berth-${crypto.randomUUID().slice(0, 8)}`;
const plain = ['--tls-verify=false'];

let daemon: TestDaemon;
let folder: { here: string; there: string };
const registries = new Map<string, TestRegistry>();
beforeAll(async () => {
  daemon = await TestDaemon.start();
  folder = peerFolder();
  registries.set('berth', await startBerthRegistry());
  const theirs = await startPeerRegistry();
  if (theirs) registries.set('docker-registry', theirs);
}, 60_000);
afterAll(async () => {
  for (const registry of registries.values()) await registry[Symbol.asyncDispose]();
  await daemon[Symbol.asyncDispose]();
  rmSync(folder.here, { recursive: true, force: true });
}, 60_000);

const ask = (command: readonly string[], ...args: string[]) => runOk([...command, ...args], { timeoutMs: 240_000 });
const berth = () => [...berthCommand(), '-H', daemon.host];

/** What a program that keeps images says of one. */
interface Held {
  id: string;
  digests: string[];
  files: string[];
}

interface Client {
  installed: boolean;
  /** Sends the archive `image.tar` of the shared folder under `name`. */
  push: (name: string) => Promise<void>;
  /** Fetches it, says what it is and forgets it. */
  pull: (name: string) => Promise<Held>;
}

/** A client that speaks Docker's commands. */
function engine(
  command: () => readonly string[],
  o: { here: boolean; flags: readonly string[] },
): Omit<Client, 'installed'> {
  const archive = () => join(o.here ? folder.here : folder.there, 'image.tar');
  return {
    async push(name) {
      const loaded = await ask(command(), 'load', '-q', '-i', archive());
      await ask(command(), 'tag', loaded.replace(/^Loaded image: /, ''), name);
      await ask(command(), 'push', '-q', ...o.flags, name);
      await forget(command());
    },
    async pull(name) {
      await ask(command(), 'pull', '-q', ...o.flags, name);
      try {
        const [image] = JSON.parse(await ask(command(), 'image', 'inspect', name));
        const digests = [...image.RepoDigests, ...(image.Digest ? [image.Digest] : [])];
        return { id: image.Id.replace('sha256:', ''), digests, files: await filesIn(command(), name) };
      } finally {
        await forget(command());
      }
    },
  };
}

async function forget(command: readonly string[]): Promise<void> {
  const names = await ask(command, 'images', '--format', '{{.Repository}}:{{.Tag}}');
  const own = names.split('\n').filter(name => name.includes(tag) || /(^|\/)(deep|large):latest$/.test(name));
  if (own.length > 0) await run([...command, 'rmi', '-f', ...own]);
}

async function filesIn(command: readonly string[], name: string): Promise<string[]> {
  const container = await ask(command, 'create', name, 'true');
  const exporting = Bun.spawn([...command, 'export', container], { stdout: 'pipe', stderr: 'ignore' });
  try {
    return await describeArchive(exporting.stdout);
  } finally {
    await exporting.exited;
    await ask(command, 'rm', container);
  }
}

const clients: Record<string, Client> = {
  berth: { installed: true, ...engine(berth, { here: true, flags: [] }) },
  'docker through berth': {
    installed: docker !== undefined,
    ...engine(() => [docker ?? '', '-H', daemon.host], { here: true, flags: [] }),
  },
  podman: { installed: podman !== undefined, ...engine(() => podman ?? [], { here: false, flags: plain }) },
  skopeo: {
    installed: skopeo !== undefined,
    async push(name) {
      await ask(
        skopeo ?? [],
        'copy',
        '-q',
        '--dest-tls-verify=false',
        `docker-archive:${folder.there}/image.tar`,
        `docker://${name}`,
      );
    },
    async pull(name) {
      const copy = join(folder.here, 'copy.tar');
      rmSync(copy, { force: true });
      // Into an archive that another program unpacks: skopeo itself keeps nothing.
      await ask(
        skopeo ?? [],
        'copy',
        '-q',
        '--src-tls-verify=false',
        `docker://${name}`,
        `docker-archive:${folder.there}/copy.tar:${tag}:copy`,
      );
      const raw = await run([...(skopeo ?? []), 'inspect', '--raw', ...plain, `docker://${name}`]);
      await ask(berth(), 'load', '-q', '-i', copy);
      try {
        const id = await ask(berth(), 'image', 'inspect', '-f', '{{.Id}}', `${tag}:copy`);
        return {
          id: id.replace('sha256:', ''),
          digests: [sha256(raw.stdout)],
          files: await filesIn(berth(), `${tag}:copy`),
        };
      } finally {
        await forget(berth());
      }
    },
  },
};

/** The digest that a registry has for a name. */
async function digestAt(name: string): Promise<string> {
  const [address = '', path = ''] = [name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1)];
  const accept = [mediaTypes.ociManifest, mediaTypes.dockerManifest].join(', ');
  const url = `http://${address}/v2/${path.replace(':', '/manifests/')}`;
  const response = await fetch(url, { method: 'HEAD', headers: { Accept: accept } });
  return response.headers.get('docker-content-digest') ?? `HTTP ${response.status}`;
}

for (const image of images) {
  describe(image, () => {
    let original: Held;
    beforeAll(async () => {
      await Bun.write(join(folder.here, 'image.tar'), Bun.file(await imageArchive(image)));
      // Unpacked by somebody else, if possible.
      const command = podman ?? berth();
      const archive = join(podman ? folder.there : folder.here, 'image.tar');
      await ask(command, 'load', '-q', '-i', archive);
      const [config] = JSON.parse(await ask(['tar', '-xOf', join(folder.here, 'image.tar')], './manifest.json'));
      original = {
        id: config.Config.replace('.json', ''),
        digests: [],
        files: await filesIn(command, `${image}:latest`),
      };
      await forget(command);
    }, 240_000);

    for (const registry of ['berth', 'docker-registry']) {
      for (const [writer, { installed, push }] of Object.entries(clients)) {
        const there = registry === 'berth' || peerProgram('docker-registry') !== undefined;
        const title = `pushed by ${writer} to ${registry}, everybody pulls it`;
        test.skipIf(!installed || !there)(
          installed && there ? title : `${title} (not installed here)`,
          async () => {
            const name = `${registries.get(registry)?.address}/${tag}/${writer.split(' ')[0]}:1`;
            await push(name);
            const digest = await digestAt(name);
            for (const [reader, client] of Object.entries(clients)) {
              if (!client.installed) continue;
              const held = await client.pull(name);
              expect([reader, held.id]).toEqual([reader, original.id]);
              expect(held.digests.map(text => text.slice(text.indexOf('@') + 1))).toContain(digest);
              expect(held.files).toEqual(original.files);
            }
          },
          600_000,
        );
      }
    }
  });
}

test('the large image has what can get lost on the way: links, capabilities, programs with other rights', async () => {
  if (!process.env.BERTH_TEST_LARGE) return;
  const listed = await describeArchive(createReadStream(await largeLayer('./5.tar')));
  expect(listed.some(line => line.includes('security.capability'))).toBe(true);
  expect(listed.some(line => / file [46]\d{3} /.test(line))).toBe(true);
  expect(listed.some(line => line.includes(' = '))).toBe(true);
});

async function largeLayer(name: string): Promise<string> {
  await runOk(['tar', '-xf', await imageArchive('large'), '-C', folder.here, name]);
  return join(folder.here, name);
}
