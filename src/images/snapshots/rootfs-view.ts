// One view of a container's file system: look at a path, archive it, extract into it. Nothing leads out of it, even
// while the container renames its directories: every path is resolved by the kernel and held by descriptor.
import { type BigIntStats, closeSync, fstatSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { type Kernel, specialFiles } from '../../kernel/index.ts';
import { invalid } from '../../lib/errors.ts';
import { type IdMap, type Owner, rootOutside } from '../../lib/id-map.ts';
import { openDecompressed } from '../../lib/streams/decompress.ts';
import { decodeName } from '../../lib/tar/names.ts';
import { type PackItem, packTree } from '../../lib/tar/tree/pack-tree.ts';
import { TreeWriter } from '../../lib/tar/tree/tree-writer.ts';
import { unpackTree } from '../../lib/tar/tree/unpack-tree.ts';
import { descriptorPath, nodeAt, walkTree } from '../../lib/tar/tree/walk-tree.ts';
import type { ViewMount } from './view-mount.ts';
import { ViewPlaces } from './view-places.ts';

interface RootfsViewOptions {
  /** Where the view is mounted. */
  root: string;
  /** Where the container's own root file system is mounted, without its volumes. */
  rootfs: string;
  files: Kernel['files'];
  /** Of a container with a user namespace: archives have its ids, files the host's. */
  ids?: IdMap | undefined;
  mount: (mount: ViewMount, create: boolean) => void;
  close: () => void;
}

/** What is at a path; `linkTarget` is the absolute path in the container that a link leads to, else ''. */
export interface PathStat {
  name: string;
  stats: BigIntStats;
  linkTarget: string;
}

interface ExtractOptions {
  /** A directory must not take the place of something else, nor the other way round. */
  keepKinds: boolean;
  owner?: Owner | undefined;
  signal?: AbortSignal | undefined;
}

/** Paths are absolute in the container. Errors of the kernel come as SystemCallError (ENOENT, ENOTDIR, ELOOP). */
export class RootfsView {
  readonly rootfs: string;
  readonly #options: RootfsViewOptions;

  constructor(options: RootfsViewOptions) {
    this.#options = options;
    this.rootfs = options.rootfs;
  }

  /** Mounts something at its place. `create` makes a missing place (only while the container does not run). */
  mount(mount: ViewMount, create: boolean): void {
    this.#options.mount(mount, create);
  }

  /** A link at the end is not followed, unless a slash comes after it. */
  stat(path: string): PathStat {
    const { files, root } = this.#options;
    const descriptor = files.openDescriptor(root, path);
    try {
      const stats = fstatSync(descriptor, { bigint: true });
      const linkTarget = stats.isSymbolicLink() ? this.#inside(files.openInRoot(root, path)) : '';
      return { name: lastPart(path), stats, linkTarget };
    } finally {
      closeSync(descriptor);
    }
  }

  /**
   * The archive of a file, or of a directory with everything in it, under its own name (`.` for `dir/.`). What can be
   * wrong with the path is thrown at once.
   */
  archive(path: string, signal?: AbortSignal): AsyncGenerator<Buffer, void> {
    const { files, root, ids } = this.#options;
    const isDirectory = this.stat(path).stats.isDirectory();
    const held = files.openDescriptor(root, isDirectory ? path : posix.dirname(path), { follow: true });
    const items = isDirectory
      ? directoryItems(descriptorPath(held), lastPart(path))
      : fileItems(descriptorPath(held), lastPart(path));
    return closing(packTree(items, { attributes: files, ids, signal }), held);
  }

  /** Everything in it, without a member for the root itself. */
  export(signal?: AbortSignal): AsyncGenerator<Buffer, void> {
    const { files, root, ids } = this.#options;
    const held = files.openDescriptor(root, '/', { follow: true });
    return closing(packTree(walkTree(descriptorPath(held), ''), { attributes: files, ids, signal }), held);
  }

  /** The directory in the container that a path really leads to. Throws `invalid` when it is something else. */
  directory(path: string): string {
    const { files, root } = this.#options;
    const descriptor = files.openDescriptor(root, path, { follow: true });
    try {
      if (!fstatSync(descriptor).isDirectory()) throw invalid('extraction point is not a directory');
      return this.#inside(decodeName(readlinkSync(descriptorPath(descriptor), { encoding: 'buffer' })));
    } finally {
      closeSync(descriptor);
    }
  }

  /** Extracts an archive (plain or compressed) into a directory. Throws `system` in Docker's words, `cancelled`. */
  async extract(directory: string, source: AsyncIterable<Uint8Array>, o: ExtractOptions): Promise<void> {
    const { files, root, ids } = this.#options;
    using places = new ViewPlaces({ files, root, directory, owner: ids && rootOutside(ids) });
    const writer = new TreeWriter({
      places,
      special: specialFiles(files),
      keepKinds: o.keepKinds,
      owner: o.owner,
      ids,
      target: directory,
    });
    const { stream } = await openDecompressed(source);
    await unpackTree(stream, writer, o.signal);
  }

  /** Idempotent. */
  close(): void {
    this.#options.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #inside(path: string): string {
    return path.slice(this.#options.root.length) || '/';
  }
}

function* directoryItems(directory: string, name: string): Generator<PackItem, void> {
  const node = nodeAt(`${directory}/.`, name);
  if (!node) return;
  yield node;
  yield* walkTree(directory, name);
}

function* fileItems(directory: string, name: string): Generator<PackItem, void> {
  const node = nodeAt(`${directory}/${name}`, name);
  if (node) yield node;
}

async function* closing(stream: AsyncGenerator<Buffer, void>, descriptor: number): AsyncGenerator<Buffer, void> {
  try {
    yield* stream;
  } finally {
    closeSync(descriptor);
  }
}

/** Go's filepath.Base of a cleaned path that may still end in `/` or `/.`. */
function lastPart(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) || '/';
}
