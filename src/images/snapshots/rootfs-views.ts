// Views of containers' file systems: what a container would see, at a place of our own, for as long as somebody copies.

import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Kernel } from '../../kernel/index.ts';
import { errorCode } from '../../lib/errors.ts';
import { type Owner, rootOutside } from '../../lib/id-map.ts';
import { descriptorPath } from '../../lib/tar/tree/walk-tree.ts';
import type { ContainerLayers } from './container-layers.ts';
import { RootfsView } from './rootfs-view.ts';
import type { ViewMount } from './view-mount.ts';

interface RootfsViewsDeps {
  kernel: Pick<Kernel, 'mounts' | 'files'>;
  containerLayers: ContainerLayers;
}

/**
 * Invariant: nothing here is ever removed recursively, since host directories are mounted below it; a view is detached
 * and its empty directory taken away.
 */
export class RootfsViews {
  readonly #root: string;
  readonly #deps: RootfsViewsDeps;
  #next = 1;

  /** `root` is `dataRoot/views`. */
  constructor(root: string, deps: RootfsViewsDeps) {
    this.#root = root;
    this.#deps = deps;
    mkdirSync(root, { recursive: true, mode: 0o700 });
  }

  /** Opens a view without mounts; the caller closes it. Throws `not-found` for a container without a layer. */
  open(containerId: string): RootfsView {
    const hold = this.#deps.containerLayers.hold(containerId);
    const { mounts, files } = this.#deps.kernel;
    const path = join(this.#root, String(this.#next++));
    try {
      mkdirSync(path, { mode: 0o700 });
      // Private, so that what is mounted on it appears nowhere else.
      mounts.bind(hold.path, path, { propagation: 'private' });
    } catch (error) {
      this.#discard(path);
      hold[Symbol.dispose]();
      throw error;
    }
    const ids = this.#deps.containerLayers.ids(containerId);
    const owner = ids && rootOutside(ids);
    return new RootfsView({
      ids,
      root: path,
      rootfs: hold.path,
      files,
      mount: (mount, create) => this.#mount(path, mount, { create, owner }),
      close: () => {
        this.#discard(path);
        hold[Symbol.dispose]();
      },
    });
  }

  /** Takes away what a crash left. Call before the first view. */
  restore(): void {
    for (const name of readdirSync(this.#root)) this.#discard(join(this.#root, name));
  }

  #mount(root: string, mount: ViewMount, o: { create: boolean; owner: Owner | undefined }): void {
    const { mounts } = this.#deps.kernel;
    const isDirectory = statSync(mount.source).isDirectory();
    if (o.create) this.#makeTarget(root, mount.destination, { isDirectory, owner: o.owner });
    const target = this.#open(root, mount.destination);
    if (target === undefined) return;
    // Made ready at a place nobody else reaches: the target can be named by descriptor only, and only once.
    const staging = `${root}.staging`;
    try {
      if (isDirectory) mkdirSync(staging);
      else writeFileSync(staging, '');
      mounts.bind(mount.source, staging, {
        recursive: mount.recursive,
        readonly: mount.readonly,
        propagation: mount.recursive ? 'rprivate' : 'private',
      });
      mounts.bind(staging, descriptorPath(target), { recursive: mount.recursive });
    } finally {
      closeSync(target);
      this.#discard(staging);
    }
  }

  /** Only while no process of the container runs: a path is not safe from it. */
  #makeTarget(root: string, destination: string, o: { isDirectory: boolean; owner: Owner | undefined }): void {
    const path = this.#deps.kernel.files.openInRoot(root, destination);
    if (existsSync(path)) return;
    const first = mkdirSync(o.isDirectory ? path : dirname(path), { recursive: true, mode: 0o755 });
    if (!o.isDirectory) writeFileSync(path, '', { mode: 0o755 });
    if (o.owner) giveFrom(first ?? path, path, o.owner);
  }

  #open(root: string, path: string): number | undefined {
    try {
      return this.#deps.kernel.files.openDescriptor(root, path, { follow: true });
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  #discard(path: string): void {
    while (this.#deps.kernel.mounts.unmount(path, { lazy: true }));
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) rmdirSync(path);
    else if (stats) rmSync(path);
  }
}

/** Gives away what was made: `first`, and all from there down to `last`. */
function giveFrom(first: string, last: string, { uid, gid }: Owner): void {
  for (let path = last; path.length >= first.length; path = dirname(path)) chownSync(path, uid, gid);
}
