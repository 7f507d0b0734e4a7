// Archives go between Berth, Docker, podman and skopeo, both ways: the image keeps its id, its digest and every file.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { berthCommand, TestDaemon } from '../support/daemons/daemon.ts';
import { describeArchive } from '../support/describe-archive.ts';
import { dockerProgram } from '../support/docker-program.ts';
import { imageArchive, type TestImage } from '../support/images.ts';
import { peerFolder, peerProgram } from '../support/peer-programs.ts';
import { runOk } from '../support/run.ts';

const dockerHost = process.env.BERTH_TEST_PEER_HOST;
const docker = dockerHost && dockerProgram() ? [dockerProgram() ?? '', '-H', dockerHost] : undefined;
const podman = peerProgram('podman');
const skopeo = peerProgram('skopeo');
/** The image of 200 MB too, when asked for. */
const images: TestImage[] = ['busybox', 'deep', ...(process.env.BERTH_TEST_LARGE ? (['large'] as const) : [])];
const tag = `berth-${crypto.randomUUID().slice(0, 8)}`;

let daemon: TestDaemon;
let folder: { here: string; there: string };
beforeAll(async () => {
  daemon = await TestDaemon.start();
  folder = peerFolder();
}, 60_000);
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  rmSync(folder.here, { recursive: true, force: true });
}, 60_000);

const berth = (...args: string[]) => runOk([...berthCommand(), '-H', daemon.host, ...args], { timeoutMs: 120_000 });
const ask = (program: readonly string[] | undefined, ...args: string[]) =>
  runOk([...(program ?? []), ...args], { timeoutMs: 120_000 });
const idOf = async (program: readonly string[], name: string) =>
  (await ask(program, 'image', 'inspect', '-f', '{{.Id}}', name)).replace('sha256:', '');
const ownId = () => idOf([...berthCommand(), '-H', daemon.host], `${tag}:1`);

/** Loads the image and calls it `tag:1`; with `compressed` by way of skopeo, in layers as registries have them. */
async function give(image: TestImage, compressed: boolean): Promise<void> {
  const archive = await imageArchive(image);
  if (!compressed) {
    await berth('load', '-q', '-i', archive);
    await berth('tag', `${image}:latest`, `${tag}:1`);
    return;
  }
  await Bun.write(join(folder.here, 'in.tar'), Bun.file(archive));
  rmSync(join(folder.here, 'in-oci.tar'), { force: true });
  const [from, to] = [`docker-archive:${folder.there}/in.tar`, `oci-archive:${folder.there}/in-oci.tar:${tag}:1`];
  await ask(skopeo, 'copy', '-q', from, to);
  await berth('load', '-q', '-i', join(folder.here, 'in-oci.tar'));
}

async function save(): Promise<void> {
  await berth('save', '-o', join(folder.here, 'out.tar'), `${tag}:1`);
}

async function clear(): Promise<void> {
  await berth('image', 'prune', '-af');
}

/** The files of a container of `tag:1`, in an engine that speaks Docker's commands. */
async function filesIn(program: readonly string[], file: string): Promise<string[]> {
  const container = await ask(program, 'create', `${tag}:1`, 'true');
  try {
    await ask(program, 'export', '-o', file, container);
    return await describeArchive(createReadStream(file));
  } finally {
    await ask(program, 'rm', container);
    rmSync(file, { force: true });
  }
}

for (const image of images) {
  for (const compressed of [false, true]) {
    const name = `${image}${compressed ? ', layers compressed' : ''}`;
    describe(name, () => {
      const needs = compressed ? skopeo : berthCommand();
      test.skipIf(!docker || !needs)(
        `docker must load it, and its archive must come back${missing({ docker })}`,
        async () => {
          await give(image, compressed);
          await save();
          const [id, files] = [
            await ownId(),
            await filesIn([...berthCommand(), '-H', daemon.host], join(folder.here, 'f')),
          ];
          await ask(docker, 'load', '-q', '-i', join(folder.here, 'out.tar'));
          try {
            expect(await idOf(docker ?? [], `${tag}:1`)).toBe(id);
            expect(await filesIn(docker ?? [], join(folder.here, 'f'))).toEqual(files);
            await ask(docker, 'save', '-o', join(folder.here, 'back.tar'), `${tag}:1`);
          } finally {
            await ask(docker, 'rmi', `${tag}:1`);
          }
          await clear();
          expect(await berth('load', '-i', join(folder.here, 'back.tar'))).toContain(`Loaded image: ${tag}:1`);
          expect(await ownId()).toBe(id);
          await clear();
        },
        240_000,
      );

      test.skipIf(!podman || !needs)(
        `podman must load it, and its archives must come back${missing({ podman })}`,
        async () => {
          await give(image, compressed);
          await save();
          const id = await ownId();
          await ask(podman, 'load', '-q', '-i', `${folder.there}/out.tar`);
          try {
            expect(await idOf(podman ?? [], `${tag}:1`)).toBe(id);
            for (const format of ['docker-archive', 'oci-archive']) {
              await clear();
              rmSync(join(folder.here, 'back.tar'), { force: true });
              await ask(
                podman,
                'save',
                '-q',
                '--format',
                format,
                '-o',
                `${folder.there}/back.tar`,
                `docker.io/library/${tag}:1`,
              );
              expect(await berth('load', '-i', join(folder.here, 'back.tar'))).toContain(`Loaded image: ${tag}:1`);
              expect(await ownId()).toBe(id);
            }
          } finally {
            await ask(podman, 'rmi', `docker.io/library/${tag}:1`);
            await clear();
          }
        },
        240_000,
      );

      test.skipIf(!skopeo)(
        `skopeo must read both formats in it${missing({ skopeo })}`,
        async () => {
          await give(image, compressed);
          await save();
          const inspected = (kind: string) =>
            ask(skopeo, 'inspect', '--raw', `${kind}:${folder.there}/out.tar`).then(text => JSON.parse(text));
          const manifest = await inspected('oci-archive');
          expect(manifest.config.digest).toBe(`sha256:${await ownId()}`);
          if (compressed) {
            const original = await ask(skopeo, 'inspect', '--raw', `oci-archive:${folder.there}/in-oci.tar`);
            expect(manifest).toEqual(JSON.parse(original));
          }
          expect((await inspected('docker-archive')).config.digest).toBe(manifest.config.digest);
          await clear();
        },
        240_000,
      );
    });
  }
}

function missing(programs: Record<string, unknown>): string {
  const names = Object.keys(programs).filter(name => programs[name] === undefined);
  return names.length === 0 ? '' : ` (no ${names.join(', no ')} here)`;
}
