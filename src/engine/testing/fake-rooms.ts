// Doubles of the rooms that cannot work on a double of the kernel: images, runtime, and the host.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Image, Images, ImageUser } from '../../images/index.ts';
import { conflict, notFound } from '../../lib/errors.ts';
import type { Digest } from '../../oci/digest.ts';
import type { ImageRunConfig } from '../../oci/image-config.ts';
import type { AdoptedExec, CreateOptions, EndedProcess, ExecOptions, Process, Runtime } from '../../runtime/index.ts';
import type { HostPort } from '../engine.ts';
import type { CallLog } from './call-log.ts';
import { FakeProcess } from './fake-process.ts';

/** Images that are only records; root file systems are empty folders below `root`. */
export class FakeImages {
  readonly images: Image[] = [];
  readonly layers = new Set<string>();
  readonly mounted = new Set<string>();
  /** Bytes that pulls left, for a prune to find. */
  readonly transfers = { left: 0, forgetDownloads: () => this.transfers.left };
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** A new image; without `tag` it is dangling. */
  put(tag: string | undefined, config: ImageRunConfig, created = '2024-01-01T00:00:00Z'): Image {
    const id: Digest = `sha256:${String(this.images.length + 1).padStart(64, '0')}`;
    const rootfs = { type: 'layers' as const, diff_ids: [] };
    const image: Image = {
      ...{
        id,
        config: { architecture: 'amd64', os: 'linux', config, rootfs },
        layers: [],
        sources: [],
        diffIds: [id],
        chainIds: [id],
      },
      ...{ size: 1000, layerSizes: [1000], created, tags: tag ? [tag] : [], digests: [] },
    };
    this.images.push(image);
    return image;
  }

  list(): Image[] {
    return [...this.images];
  }

  find(reference: string): Image | undefined {
    return this.images.find(image => image.id === reference || image.tags.includes(withTag(reference)));
  }

  findId(reference: string): Digest | undefined {
    return this.find(reference)?.id;
  }

  descendants(reference: string): Digest[] {
    const id = this.findId(reference);
    return id === undefined ? [] : [id, ...this.images.filter(({ parent }) => parent === id).map(image => image.id)];
  }

  platforms(reference: string): Image[] {
    return [this.get(reference)];
  }

  get(reference: string): Image {
    const image = this.find(reference);
    if (!image) throw notFound(`No such image: ${reference}`);
    return image;
  }

  tag(reference: string, target: string): Image {
    const image = this.get(reference);
    image.tags.push(target);
    return image;
  }

  async remove(reference: string, options: { force: boolean; inUse: (image: Image) => ImageUser[] }) {
    const image = this.get(reference);
    if (image.tags.length > 1) {
      const tag = withTag(reference);
      image.tags.splice(image.tags.indexOf(tag), 1);
      return [{ Untagged: tag }];
    }
    if (options.inUse(image).length > 0 && !options.force) throw conflict(`${reference} is in use`);
    this.images.splice(this.images.indexOf(image), 1);
    return [...image.tags.map(tag => ({ Untagged: tag })), { Deleted: image.id }];
  }

  createContainerLayer(id: string): void {
    this.layers.add(id);
  }

  async removeContainerLayer(id: string): Promise<void> {
    this.mounted.delete(id);
    this.layers.delete(id);
  }

  mountRootfs(id: string): string {
    this.mounted.add(id);
    mkdirSync(this.rootfs(id), { recursive: true });
    return this.rootfs(id);
  }

  unmountRootfs(id: string): void {
    this.mounted.delete(id);
  }

  containerLayer(id: string) {
    if (!this.layers.has(id)) return undefined;
    const folder = join(this.#root, 'rw', id);
    return { upper: join(folder, 'upper'), merged: this.rootfs(id), lower: ['/lower'] };
  }

  rootfs(id: string): string {
    return join(this.#root, 'rw', id, 'merged');
  }

  asRoom(): Images {
    return this as unknown as Images;
  }
}

const withTag = (reference: string) => (reference.includes(':') ? reference : `${reference}:latest`);

/** Makes `FakeProcess`es and remembers what was asked of it. */
export class FakeRuntime {
  readonly created: CreateOptions[] = [];
  readonly execs: ExecOptions[] = [];
  readonly processes: FakeProcess[] = [];
  /** What `adopt` finds, by container id. */
  readonly found = new Map<string, Process | EndedProcess>();
  /** What `adoptExecs` finds, by container id. */
  readonly foundExecs = new Map<string, AdoptedExec[]>();
  /** While set, `create` waits for it. */
  gate: Promise<void> | undefined;
  readonly #log: CallLog;

  constructor(log: CallLog) {
    this.#log = log;
  }

  async create(options: CreateOptions): Promise<FakeProcess> {
    await this.gate;
    this.created.push(options);
    return this.#process(options.id);
  }

  async exec(options: ExecOptions): Promise<FakeProcess> {
    this.execs.push(options);
    return this.#process(options.execId);
  }

  adoptExecs(id: string): AdoptedExec[] {
    return this.foundExecs.get(id) ?? [];
  }

  async adopt(id: string): Promise<Process | EndedProcess | undefined> {
    return this.found.get(id);
  }

  isPaused(id: string): boolean {
    const found = this.found.get(id);
    return found instanceof FakeProcess && found.paused;
  }

  /** The youngest process. */
  get last(): FakeProcess {
    return this.processes.at(-1)!;
  }

  #process(id: string): FakeProcess {
    const process = new FakeProcess(id, 1000 + this.processes.length, this.#log);
    this.processes.push(process);
    return process;
  }

  asRoom(): Runtime {
    return this as unknown as Runtime;
  }
}

/** A machine with two processors and 1 GB. */
export function fakeHost(): HostPort {
  return {
    spec: {
      ...{ cgroupVersion: 1, kernelVersion: '6.1.0', architecture: 'amd64', seccomp: true, capabilities: [] },
      ...{ rlimitCeilings: {}, hostDevices: () => [] },
    },
    memoryTotal: () => 1_000_000_000,
    cpus: () => 2,
    memoryNodes: () => '0',
    mountSharedMemory: () => {},
    unmount: () => {},
    cpuTime: () => ({ total: 5e12, online: 2 }),
    kernelVersion: () => '6.1.0',
    operatingSystem: () => 'Test Linux',
    operatingSystemVersion: () => '1',
    machine: () => 'x86_64',
    cgroupMode: () => 'v1',
    cgroupControllers: () => ['memory', 'cpu', 'cpuset', 'pids'],
    capabilities: () => ['CAP_CHOWN', 'CAP_KILL', 'CAP_NET_ADMIN'],
    sysctl: () => '1',
    openFiles: () => 3,
    fileSystem: () => 'extfs',
    anticipateStart: () => {},
    mountAt: () => ({ target: '/', propagation: [] }),
    apparmor: () => false,
    swapAccounting: () => true,
    blkioWeight: () => true,
    ps: async () => ({ code: 0, output: 'PID CMD\n', errors: '' }),
    diskUsage: async () => 42,
    resolveInRoot: (root, path) => join(root, path),
    mountBeneath: (_root, _path, place) => mkdirSync(place, { recursive: true }),
    resolveUser: () => ({ uid: 0, gid: 0, additionalGids: [], home: '/root' }),
  };
}
