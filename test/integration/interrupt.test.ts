// ^C on a push and on a pull: nothing goes on in the daemon, nothing is half there, and the next try succeeds.

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { berthCommand, TestDaemon } from '../support/daemons/daemon.ts';
import { dockerProgram } from '../support/docker-program.ts';
import { eventually } from '../support/eventually.ts';
import { FaultRegistry } from '../support/registries/fault-registry.ts';
import { addImage, layerArchive } from '../support/registries/remote-images.ts';
import { runOk } from '../support/run.ts';

setDefaultTimeout(60_000);

const docker = dockerProgram();
const commands = [
  { name: 'berth', command: berthCommand() },
  ...(docker ? [{ name: 'docker', command: [docker] }] : []),
];
const tar = layerArchive({ random: randomBytes(12_000_000) });

let daemon: TestDaemon;
let registry: FaultRegistry;
beforeEach(async () => {
  [daemon, registry] = await Promise.all([TestDaemon.start(), FaultRegistry.start()]);
});
afterEach(async () => {
  await daemon[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

const partials = () => join(daemon.places.dataRoot, 'content', 'partial');
const content = (folder: string) => readdirSync(join(daemon.places.dataRoot, 'content', folder));
const images = (command: readonly string[]) => runOk([...command, '-H', daemon.host, 'images', '-aq']);

/** Starts a command, waits until `reached`, sends what ^C sends and waits for its end. */
async function interrupt(command: readonly string[], reached: () => boolean): Promise<void> {
  const child = Bun.spawn([...command], { stdio: ['ignore', 'ignore', 'ignore'] });
  try {
    await eventually('it is under way', reached);
    child.kill('SIGINT');
    await eventually('it ends', () => child.exitCode !== null || child.signalCode !== null);
    expect(child.exitCode).not.toBe(0);
  } finally {
    child.kill('SIGKILL');
    await child.exited;
  }
}

for (const { name, command } of commands) {
  const cli = (...args: string[]) => [...command, '-H', daemon.host, ...args];

  test(`a push by ${name} that is interrupted leaves nothing in the registry`, async () => {
    const reference = `${registry.host}/app:1`;
    const archive = join(daemon.places.root, 'layer.tar');
    writeFileSync(archive, tar);
    await runOk(cli('import', archive, reference));
    const blobs = content(join('blobs', 'sha256')).sort();
    registry.fault = ({ method }) => (method === 'PATCH' ? { stopUploadAfter: 200_000 } : undefined);
    await interrupt(cli('push', reference), () => registry.requests.some(({ method }) => method === 'PATCH'));
    await eventually('the upload is taken back', () => registry.openUploads === 0);
    await eventually('nothing is left here', () => content('ingest').length === 0);
    expect(content(join('blobs', 'sha256')).sort()).toEqual(blobs);
    expect(registry.manifests.size).toBe(0);
    registry.fault = () => undefined;
    await runOk(cli('push', reference));
    expect(registry.manifests.has('app:1')).toBe(true);
  });

  test(`a pull by ${name} that is interrupted leaves nothing but what came`, async () => {
    const [layer] = addImage(registry, { repository: 'app', tag: '1' }, [{ tar }]).layers;
    const isLayer = ({ target }: { target: string }) => target.includes(layer?.digest ?? '');
    registry.fault = seen => (isLayer(seen) ? { stopAfter: 5_000_000 } : undefined);
    const held = () => content('partial').some(file => statSync(join(partials(), file)).size > 1_000_000);
    await interrupt(cli('pull', `${registry.host}/app:1`), held);
    expect(await images(command)).toBe('');
    expect(content(join('blobs', 'sha256'))).toEqual([]);
    registry.fault = () => undefined;
    await eventually('nobody reads it any more', () => content('ingest').length === 0);
    await runOk(cli('pull', `${registry.host}/app:1`));
    expect(registry.requests.filter(isLayer).at(-1)?.range).toMatch(/^bytes=\d+-$/);
    expect(await images(command)).not.toBe('');
  });
}
