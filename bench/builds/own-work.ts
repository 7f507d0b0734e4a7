// What the steps of the build take by themselves: the same files copied by cp, the same commands run in a chroot. No
// builder can do a build from the beginning in less than its critical path takes here.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageArchive } from '../../test/support/images.ts';
import { runOk } from '../../test/support/run.ts';
import { time } from '../subject.ts';
import { commands } from './context.ts';

/** Milliseconds on the critical path of each kind of build. */
export interface OwnWork {
  /** The slower of the two stages, and what follows. */
  readonly cold: number;
  readonly applicationChanged: number;
  readonly libraryChanged: number;
  readonly argumentChanged: number;
}

/** One step after the other, in new folders below `folder` which are left to whoever removes that. */
export async function measureOwnWork(context: string, folder: string): Promise<OwnWork> {
  const root = mkdtempSync(join(folder, 'steps-'));
  const stage = async (name: string) => {
    const path = join(root, name);
    await unpackBusybox(path);
    return {
      path,
      copy: (from: string, to: string) => time(['cp', '-a', join(context, from), join(path, to)]),
      run: (command: string) => time(['chroot', path, 'sh', '-c', `cd /app 2>/dev/null; ${command}`]),
    };
  };
  const [library, data, last] = [await stage('library'), await stage('data'), await stage('last')];
  const buildLibrary = (await library.copy('src/lib', 'src')) + (await library.run(commands.library));
  const readData = (await data.copy('big', 'big')) + (await data.run(commands.data));
  mkdirSync(join(last.path, 'app'));
  for (const [from, name] of [
    [library.path, 'library'],
    [data.path, 'data'],
  ] as const)
    cpSync(join(from, name), join(last.path, 'app', name));
  const copySource = await last.copy('src', 'app/src');
  const finish = (await last.run(commands.version)) + (await last.run(commands.list));
  return {
    cold: Math.max(buildLibrary, readData) + copySource + finish,
    applicationChanged: copySource + finish,
    libraryChanged: buildLibrary + copySource + finish,
    argumentChanged: finish,
  };
}

/** The root file system of the image that every stage stands on. */
async function unpackBusybox(path: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-busybox-'));
  try {
    mkdirSync(path);
    await runOk(['tar', '-xf', await imageArchive('busybox'), '-C', folder]);
    const [image] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { Layers: string[] }[];
    for (const layer of image?.Layers ?? []) await runOk(['tar', '-xf', join(folder, layer), '-C', path]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
