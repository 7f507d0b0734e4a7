// Pinned network namespaces, one per container that has a network of its own.

import { join } from 'node:path';
import type { Kernel, LinkStatistics } from '../../kernel/index.ts';
import { namesIfThere } from '../../lib/files/if-there.ts';

/** The sandboxes of one daemon, in `<execRoot>/netns`. */
export class Sandboxes {
  readonly #directory: string;
  readonly #kernel: Pick<Kernel, 'netns' | 'links'>;

  constructor(o: { execRoot: string }, kernel: Pick<Kernel, 'netns' | 'links'>) {
    this.#directory = join(o.execRoot, 'netns');
    this.#kernel = kernel;
  }

  /** Where the container's namespace is or would be pinned. */
  path(containerId: string): string {
    return join(this.#directory, containerId.slice(0, 12));
  }

  /** Makes a fresh namespace (only `lo`, up) and returns its path; one left by an earlier run of the container is dropped. */
  create(containerId: string): string {
    const path = this.path(containerId);
    if (this.exists(containerId)) this.#kernel.netns.remove(path);
    this.#kernel.netns.create(path);
    return path;
  }

  /** Takes over the namespace a process was started in; otherwise as `create`. */
  adopt(containerId: string, pid: number): string {
    const path = this.path(containerId);
    if (this.exists(containerId)) this.#kernel.netns.remove(path);
    this.#kernel.netns.pin(path, pid);
    return path;
  }

  /** Drops the pin; nothing pinned is fine. The kernel takes the interfaces down once no process is inside. */
  remove(containerId: string): void {
    this.#kernel.netns.remove(this.path(containerId));
  }

  /** Counters of the interfaces inside, by name, without `lo`. */
  statistics(containerId: string): Map<string, LinkStatistics> {
    const links = this.#kernel.netns.run(this.path(containerId), () => this.#kernel.links.list());
    return new Map(links.filter(link => link.name !== 'lo').map(link => [link.name, link.statistics]));
  }

  exists(containerId: string): boolean {
    return this.#kernel.netns.exists(this.path(containerId));
  }

  /** Drops every pin whose container is not in `keep`; returns how many there were. */
  sweep(keep: Set<string>): number {
    const names = new Set([...keep].map(id => id.slice(0, 12)));
    const orphans = namesIfThere(this.#directory).filter(name => !names.has(name));
    for (const name of orphans) this.#kernel.netns.remove(join(this.#directory, name));
    return orphans.length;
  }
}
