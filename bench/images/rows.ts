// Images: from an archive, to an archive, to a registry, from a registry, away.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Record, Scale } from '../rows.ts';
import { call, type Subject, time } from '../subject.ts';
import { downloadAndUnpack, unpackArchive } from './floor.ts';
import { type BenchRegistry, startRegistry } from './registry.ts';
import { measureSkopeo } from './skopeo.ts';

const image = 'large';

/** Milliseconds until what an engine leaves for later (files to remove, pages to write) is no part of what is measured next. */
const settling = 1500;

interface ImageBench {
  /** Of the image `large`. */
  archive: string;
  scale: Scale;
  record: Record;
  /** The network namespace of the peer's daemon, if it has one. */
  dockerNetns: string | undefined;
  /** The column of the floor. */
  floor: Subject;
}

/** Everything with one image of over 200 MB; the subjects take turns. Returns the columns that it added. */
export async function measureImages(all: readonly Subject[], o: ImageBench): Promise<Subject[]> {
  const subjects = all.filter(one => one.sameEngineAs === undefined);
  const berth = subjects[0];
  if (!berth) return [];
  await measureArchives(subjects, o);
  await using filled = await startRegistry();
  await push(berth, filled.address);
  // What was pushed once is kept compressed; the name would keep it beyond the next `rmi`.
  await forget(berth, `${filled.address}/${image}`);
  await using theirs = await startRegistry({ from: filled.folder, netns: o.dockerNetns });
  let skopeo: Subject | undefined;
  const registryOf = (subject: Subject) => (subject.name === 'dockerd' ? theirs : filled).address;
  for (let turn = 0; turn < o.scale.repeat; turn++) {
    for (const subject of subjects) await measurePush(subject, o);
    for (const subject of subjects) await measurePull(subject, registryOf(subject), o.record);
    o.record('pull, cold', o.floor, await downloadAndUnpack(filled.address, image));
    for (const subject of subjects) await measurePushOfPulled(subject, o);
    await using empty = await startRegistry();
    skopeo = await measureSkopeo({ ...o, filled: filled.address, empty: empty.address });
  }
  for (const subject of subjects) await forget(subject, image);
  return skopeo ? [o.floor, skopeo] : [o.floor];
}

async function measureArchives(
  subjects: readonly Subject[],
  { archive, scale, record, floor }: ImageBench,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-archive-'));
  try {
    for (let turn = 0; turn < scale.repeat; turn++) {
      for (const subject of subjects) {
        if (turn > 0) record('rmi', subject, await time([...subject.command, 'rmi', image]));
        else await forget(subject, image);
        record('load', subject, await time([...subject.command, 'load', '-q'], { stdin: archive }));
        const saved = join(folder, 'saved.tar');
        record('save', subject, await time([...subject.command, 'save', image], { stdout: saved }));
        rmSync(saved);
      }
      record('load', floor, await unpackArchive(archive));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measurePull(subject: Subject, address: string, record: Record): Promise<void> {
  const name = `${address}/${image}`;
  const pull = [...subject.command, 'pull', '-q', ...(subject.plainRegistry ?? []), name];
  await forget(subject, image);
  await forget(subject, name);
  await Bun.sleep(settling);
  record('pull, cold', subject, await time(pull));
  record('pull, up to date', subject, await time(pull));
  await call(subject, 'tag', name, image);
  await forget(subject, name);
}

/** As an archive brought it, to a registry that has nothing of it, and once more. */
async function measurePush(subject: Subject, { archive, record, dockerNetns }: ImageBench): Promise<void> {
  await using empty = await emptyRegistry(subject, dockerNetns);
  await forget(subject, image);
  await time([...subject.command, 'load', '-q'], { stdin: archive });
  await Bun.sleep(settling);
  record('push, cold', subject, await push(subject, empty.address));
  record('push again', subject, await push(subject, empty.address));
  await forget(subject, `${empty.address}/${image}`);
}

/** Whoever kept the blobs need not compress again. */
async function measurePushOfPulled(subject: Subject, { record, dockerNetns }: ImageBench): Promise<void> {
  await using empty = await emptyRegistry(subject, dockerNetns);
  record('push, cold, of what was pulled', subject, await push(subject, empty.address));
  await forget(subject, `${empty.address}/${image}`);
}

function emptyRegistry(subject: Subject, dockerNetns: string | undefined): Promise<BenchRegistry> {
  return startRegistry({ netns: subject.name === 'dockerd' ? dockerNetns : undefined });
}

async function push(subject: Subject, address: string): Promise<number> {
  const name = `${address}/${image}`;
  await call(subject, 'tag', image, name);
  return time([...subject.command, 'push', '-q', ...(subject.plainRegistry ?? []), name]);
}

async function forget(subject: Subject, name: string): Promise<void> {
  await call(subject, 'rmi', '-f', name).catch(() => {});
}
