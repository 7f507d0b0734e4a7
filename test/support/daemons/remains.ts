// What a daemon and its containers have in the kernel and on disk: listed to find leaks, removed at the end of a test.

import {
  type Dirent,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { eventually } from '../eventually.ts';
import { run } from '../run.ts';
import type { DaemonPlaces } from './daemon-places.ts';

/** Everything of one daemon that a finished container must not leave behind; each entry names itself. */
export async function listRemains(places: DaemonPlaces, daemonPid: number | 'self'): Promise<Set<string>> {
  const link = await run(['ip', '-o', 'link', 'show', 'master', places.bridge]);
  const links = link.stdout
    .split('\n')
    .filter(Boolean)
    .map(line => line.split(': ')[1]);
  return new Set([
    ...mountTargets(daemonPid, places.root).map(target => `mount ${target}`),
    ...(daemonPid === 'self' ? [] : mountTargets('self', places.root).map(target => `mount on the host ${target}`)),
    ...monitors(places.root).map(({ pid, command }) => `process ${pid} ${command}`),
    ...workersBelow(places.dataRoot).map(pid => `process ${pid} in the data root`),
    ...cgroups(places.cgroupParent)
      .filter(path => !path.endsWith(places.cgroupParent))
      .map(path => `cgroup ${path}`),
    ...links.map(name => `link ${name}`),
    ...(await firewallElements(places.table)).map(element => `nft ${element}`),
    ...containerFiles(places.execRoot).map(path => `file ${path}`),
    ...dataFolders.flatMap(folder => filesBelow(join(places.dataRoot, folder), 1)).map(path => `file ${path}`),
    ...unfinishedLayers(places.dataRoot).map(path => `file ${path}`),
    ...(daemonPid === 'self' ? [] : openFiles(daemonPid, places.root).map(path => `descriptor ${path}`)),
  ]);
}

/** Where the data root has something for each container, volume, view, upload, step of a build, or context. */
const dataFolders = [
  ...['rw', 'containers', 'volumes', 'views', 'content/ingest'],
  ...['builds', 'builder/scratch', 'builder/contexts/open'],
];

/** Layers that are being extracted or taken off the disk: the room they take is not there for anybody else yet. */
function unfinishedLayers(dataRoot: string): string[] {
  return filesBelow(join(dataRoot, 'layers'), 1).filter(path => !/^\d+$/.test(basename(path)));
}

/** How many descriptors a process has open, of every kind. */
export function countDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Bytes of a process's own memory, as the kernel counts them. */
export function residentMemory(pid: number): number {
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/**
 * Waits until nothing is there that was not in `before` (a list made when no container existed), else throws the list.
 * Removal goes on for a moment after the answer: dying namespaces, folders deleted off the request path.
 */
export async function expectNothingLeft(
  places: DaemonPlaces,
  daemonPid: number,
  before: ReadonlySet<string>,
): Promise<void> {
  let left: string[] = [];
  try {
    const nothingLeft = async () => {
      left = [...(await listRemains(places, daemonPid))].filter(entry => !before.has(entry));
      return left.length === 0;
    };
    await eventually('nothing is left', nothingLeft, { timeoutMs: 30_000, everyMs: 100 });
  } catch {
    throw new Error(`left behind:\n${left.join('\n')}`);
  }
}

/** Removes all of it, however the test ended; the daemon does not run any more. */
export async function clearRemains(places: DaemonPlaces): Promise<void> {
  const processesEnded = () => {
    for (const { pid } of monitors(places.root)) kill(pid);
    for (const path of cgroups(places.cgroupParent)) {
      // What is paused takes no signal.
      for (const [file, thawed] of [
        ['freezer.state', 'THAWED'],
        ['cgroup.freeze', '0'],
      ] as const) {
        if (existsSync(join(path, file))) writeFileSync(join(path, file), thawed);
      }
      for (const pid of readIfThere(join(path, 'cgroup.procs')).split('\n').filter(Boolean)) kill(Number(pid));
    }
    return cgroupsRemoved(places.cgroupParent);
  };
  await eventually('processes and their cgroups are gone', processesEnded).catch(() => {});
  for (const target of mountTargets('self', places.root).reverse()) await run(['umount', '-l', target]);
  await run(['ip', 'link', 'delete', places.bridge]);
  await run(['nft', 'delete', 'table', 'ip', places.table]);
}

/** Mount points below `root` as process `pid` sees them. */
function mountTargets(pid: number | 'self', root: string): string[] {
  return readIfThere(`/proc/${pid}/mountinfo`)
    .split('\n')
    .map(line => line.split(' ')[4] ?? '')
    .filter(target => target === root || target.startsWith(`${root}/`));
}

/** Monitors and runtimes that were started with a path below `root`. */
function monitors(root: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => ({ pid: Number(name), words: readIfThere(`/proc/${name}/cmdline`).split('\0') }))
    .filter(
      ({ words }) => /^(conmon|crun|runc)$/.test(basename(words[0] ?? '')) && words.some(word => word.includes(root)),
    )
    .map(({ pid, words }) => ({ pid, command: words.slice(0, 6).join(' ') }));
}

/** Programs that do a daemon's work among its files: git, say. */
function workersBelow(dataRoot: string): string[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  return pids.filter(pid => readLinkIfThere(`/proc/${pid}/cwd`).startsWith(`${dataRoot}/`));
}

/** Folders of `parent` and below, deepest first, in every hierarchy. */
function cgroups(parent: string): string[] {
  const roots = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map(name => join('/sys/fs/cgroup', name))];
  return roots
    .map(root => join(root, parent))
    .filter(path => existsSync(path))
    .flatMap(path => [path, ...foldersBelow(path)])
    .sort((a, b) => b.length - a.length);
}

function cgroupsRemoved(parent: string): boolean {
  for (const path of cgroups(parent)) rmdirSync(path);
  return true;
}

/** The elements of all sets and maps of a table, one per line of output that holds any. */
async function firewallElements(table: string): Promise<string[]> {
  const listed = await run(['nft', '--json', 'list', 'table', 'ip', table]);
  if (listed.code !== 0) return [];
  const { nftables } = JSON.parse(listed.stdout) as { nftables: Record<string, { name?: string; elem?: unknown[] }>[] };
  return nftables
    .flatMap(object => [object.set, object.map])
    .flatMap(set => (set?.elem ?? []).map(element => `${table} ${set?.name} ${JSON.stringify(element)}`));
}

/** Files below `root`, deleted ones too, that a process has open. */
function openFiles(pid: number, root: string): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map(name => readLinkIfThere(`/proc/${pid}/fd/${name}`))
    .filter(target => target.startsWith(`${root}/`));
}

/** Files, and folders named for a container or exec; the empty folders they live in stay for the next one. */
function containerFiles(root: string): string[] {
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  return filesBelow(root).filter(path => /^[0-9a-f]{12}/.test(basename(path)) || isFile(path));
}

function filesBelow(root: string, depth = Number.POSITIVE_INFINITY): string[] {
  if (depth === 0) return [];
  return entriesOf(root).flatMap(entry => {
    const path = join(root, entry.name);
    return entry.isDirectory() ? [path, ...filesBelow(path, depth - 1)] : [path];
  });
}

function foldersBelow(root: string): string[] {
  return entriesOf(root)
    .filter(entry => entry.isDirectory())
    .flatMap(entry => [join(root, entry.name), ...foldersBelow(join(root, entry.name))]);
}

/** What is in a folder, which may go while it is looked at. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readLinkIfThere(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
