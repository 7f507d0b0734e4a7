// The floor under `run`: crun alone, with the same root file system and the spec that Berth gave it.
// `floor.ts BUNDLE STATE REPEAT` runs in a mount namespace of its own and prints the times as JSON.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDaemon } from '../test/support/daemons/daemon.ts';
import { run } from '../test/support/run.ts';
import { call, type Subject, time } from './subject.ts';

interface Spec {
  root: { path: string };
  process: { args: string[]; terminal: boolean };
  hostname?: string;
  annotations?: Record<string, string>;
  mounts: { source?: string; destination: string }[];
  linux: { cgroupsPath?: string; namespaces: { type: string; path?: string }[] };
}

/** Times of `crun run` with the spec of a Berth container without a network; in milliseconds. */
export async function measureFloor(berth: Subject, daemon: TestDaemon, repeat: number): Promise<number[]> {
  const bundle = join(daemon.places.root, 'floor');
  const id = await call(berth, 'run', '-d', '--network', 'none', 'busybox', 'sleep', '1000');
  try {
    await copyBundle(daemon, id, bundle);
  } finally {
    await call(berth, 'rm', '-f', id);
  }
  // crun does not start on a hybrid host while the v2 tree is there.
  const script = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"';
  const command = [
    'unshare',
    '--mount',
    'sh',
    '-c',
    script,
    '-',
    process.execPath,
    import.meta.path,
    bundle,
    String(repeat),
  ];
  const { stdout, stderr, code } = await run(command, { timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`crun alone: ${stderr}`);
  return JSON.parse(stdout) as number[];
}

async function copyBundle(daemon: TestDaemon, id: string, bundle: string): Promise<void> {
  const { dataRoot, execRoot, cgroupParent } = daemon.places;
  const spec = JSON.parse(readFileSync(join(execRoot, 'c', id, 'config.json'), 'utf8')) as Spec;
  mkdirSync(bundle);
  await run(['nsenter', `--target=${daemon.pid}`, '--mount', 'cp', '-a', spec.root.path, join(bundle, 'rootfs')]);
  cpSync(join(execRoot, 'c', id, 'config.json'), join(bundle, 'config.original.json'));
  spec.root.path = 'rootfs';
  spec.process = { ...spec.process, args: ['true'], terminal: false };
  // Compiled by an earlier container's crun and kept by Berth: a bare crun has to compile it.
  delete spec.annotations?.['run.oci.seccomp_bpf_data'];
  spec.mounts = spec.mounts.filter(mount => !mount.source?.startsWith(dataRoot) && !mount.source?.startsWith(execRoot));
  spec.linux.cgroupsPath = `${cgroupParent}/floor`;
  for (const namespace of spec.linux.namespaces) if (namespace.type === 'network') delete namespace.path;
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
}

if (import.meta.main) {
  const [bundle = '', repeat = '10'] = process.argv.slice(2);
  const times: number[] = [];
  for (let turn = 0; turn < Number(repeat); turn++) {
    times.push(await time(['crun', '--root', join(bundle, 'state'), 'run', '--bundle', bundle, `floor-${turn}`]));
  }
  console.log(JSON.stringify(times));
}
