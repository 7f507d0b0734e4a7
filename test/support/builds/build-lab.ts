// A builder with rooms of its own below a temporary directory, and an image `busybox` of one layer.

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  type BuildEvent,
  Builder,
  type BuildRequest,
  type BuildResult,
  directorySource,
} from '../../../src/builder/index.ts';
import { ContentStore } from '../../../src/content/index.ts';
import { Distribution } from '../../../src/distribution/index.ts';
import { Images } from '../../../src/images/index.ts';
import { createKernel, type Kernel, specialFiles } from '../../../src/kernel/index.ts';
import { silentLogger as logger } from '../../../src/lib/logger.ts';
import { packTree } from '../../../src/lib/tar/tree/pack-tree.ts';
import { walkTree } from '../../../src/lib/tar/tree/walk-tree.ts';
import { Networks } from '../../../src/networks/index.ts';
import { describeHost, Runtime, resolveUser } from '../../../src/runtime/index.ts';
import { openStore, type Store } from '../../../src/store/index.ts';
import { writeFiles } from '../write-files.ts';

const applets =
  'sh ls cat echo true false sleep id touch mkdir rm cp ln chmod chown stat find wc env pwd hostname test mv yes head';

/** What a build came to: its result, its events, and what its steps printed. */
export interface LabBuild {
  result: BuildResult;
  events: BuildEvent[];
  output: string;
}

export class BuildLab {
  readonly root = mkdtempSync(join(tmpdir(), 'berth-build-'));
  readonly kernel: Kernel = createKernel();
  readonly store: Store = openStore(':memory:');
  readonly images: Images;
  readonly builder: Builder;
  readonly runtime: Runtime;
  readonly #content: ContentStore;
  readonly #registries: Distribution;
  #contexts = 0;

  constructor() {
    const { kernel, store, root } = this;
    const execRoot = join(root, 'run');
    this.#content = new ContentStore(join(root, 'content'));
    this.#registries = new Distribution({}, { logger });
    this.images = new Images({ root }, { kernel, store, content: this.#content, registries: this.#registries, logger });
    const networks = new Networks({ execRoot, bridge: 'unused', table: basename(root) }, { kernel, store, logger });
    const runtimes = { crun: { path: '/usr/bin/crun' } };
    this.runtime = new Runtime({ execRoot, runtimes, defaultRuntime: 'crun' }, { kernel, logger });
    const { images, runtime } = this;
    this.builder = new Builder(
      {
        ...{ dataRoot: root, execRoot, cgroupParent: `/${basename(root)}`, shmSize: 64 * 1024 * 1024, parallel: 4 },
        stepProcesses: 1000,
        nameServers: { dns: [], search: [], options: [] },
      },
      {
        ...{ images, networks, runtime, store, logger },
        specHost: describeHost(kernel),
        files: {
          ...specialFiles(kernel.files),
          listXattr: path => kernel.files.listXattr(path),
          getXattr: (path, name) => kernel.files.getXattr(path, name),
        },
        openInbox: () => kernel.sockets.openInbox(),
        resolveUser: (rootfs, user) => resolveUser(rootfs, user, [], kernel),
        anticipateStart: () => {},
        diskUsage: path => kernel.files.diskUsage(path),
        announce: () => {},
      },
    );
  }

  /** Takes over what is there and makes the base image. */
  async open(): Promise<void> {
    await this.images.restore({ containers: new Set() });
    await this.builder.restore();
    const base = join(this.root, 'base');
    mkdirSync(join(base, 'bin'), { recursive: true });
    for (const name of ['etc', 'tmp', 'root']) mkdirSync(join(base, name));
    cpSync('/usr/bin/busybox', join(base, 'bin/busybox'));
    for (const applet of applets.split(' ')) symlinkSync('busybox', join(base, 'bin', applet));
    writeFileSync(join(base, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nbob:x:1000:1001::/home/bob:/bin/sh\n');
    writeFileSync(join(base, 'etc/group'), 'root:x:0:\nbob:x:1001:\nstaff:x:50:\n');
    const archive = packTree(walkTree(base, ''));
    await this.images.import(archive, { reference: 'busybox', changes: {} });
  }

  /** A directory with these files, by path. */
  context(files: Readonly<Record<string, string>>): string {
    return writeFiles(join(this.root, `context-${this.#contexts++}`), files);
  }

  /** Builds without a network; without `context` there is none. Rejects as the build does. */
  async build(dockerfile: string, o: Partial<BuildRequest> & { directory?: string } = {}): Promise<LabBuild> {
    const { directory, ...request } = o;
    const run = this.builder.start({
      dockerfile: { kind: 'text', name: 'Dockerfile', content: Buffer.from(dockerfile) },
      ...(directory !== undefined && { context: directorySource(directory) }),
      network: 'none',
      exports: [{ type: 'image', names: [] }],
      ...request,
    });
    const events: BuildEvent[] = [];
    for await (const event of run.watch()) events.push(event);
    const output = events.flatMap(event => (event.kind === 'log' ? [Buffer.from(event.data).toString()] : [])).join('');
    return { result: await run.result, events, output };
  }

  /** The files of an image, mounted; the caller disposes of them. */
  files(image: string): { root: string } & Disposable {
    const { builds } = this.images;
    return builds.view(builds.chain(this.images.get(image).chainIds.at(-1) as `sha256:${string}`));
  }

  async close(): Promise<void> {
    await this.builder.close();
    this.runtime.close();
    await this.images.close();
    await this.#registries.close();
    this.store.close();
    const left = this.kernel.mounts.list().filter(({ target }) => target.startsWith(this.root));
    for (const { target } of left) this.kernel.mounts.unmount(target, { lazy: true });
    await this.kernel.cgroups.remove(`/${basename(this.root)}`).catch(() => {});
    this.kernel.close();
    rmSync(this.root, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`left mounted: ${left.map(({ target }) => target).join(', ')}`);
  }
}

/** Names of the vertices that were run and of those whose result was known, in the order of their ends. */
export function outcomes(events: readonly BuildEvent[]): { ran: string[]; cached: string[] } {
  const names = new Map(
    events.flatMap(event => (event.kind === 'vertex' ? [[event.vertex.digest, event.vertex.name]] : [])),
  );
  const ended = events.flatMap(event => (event.kind === 'completed' ? [event] : []));
  const steps = (cached: boolean) =>
    ended
      .filter(event => event.cached === cached)
      .flatMap(({ vertex }) => names.get(vertex) ?? [])
      .filter(name => /^\[.*\d\/\d+\]/.test(name));
  return { ran: steps(false), cached: steps(true) };
}
