// A mount table in memory.
import { systemCallError } from '../libc/system-call-error.ts';
import type { BindMount, MountEntry, Mounts, OverlayMount, Propagation } from '../mounts/mounts.ts';

export class FakeMounts implements Mounts {
  #entries: MountEntry[] = [];
  #nextId = 1;

  overlay(mount: OverlayMount): void {
    if (mount.lower.length === 0) throw systemCallError('mount', 'EINVAL', mount.target);
    const superOptions = `lowerdir=${mount.lower.join(':')},upperdir=${mount.upper},workdir=${mount.work}`;
    this.#add({ type: 'overlay', source: 'overlay', target: mount.target, superOptions });
  }

  bind(from: string | number, target: string, options: BindMount = {}): void {
    const source = String(from);
    this.#add({ type: 'bind', source, target, root: source, options: options.readonly ? 'ro' : 'rw' });
    if (options.propagation) this.setPropagation(target, options.propagation);
  }

  async bindMapped(source: string, target: string): Promise<void> {
    this.#add({ type: 'bind', source, target, root: source, options: 'rw,idmapped' });
  }

  tmpfs(target: string, options: { size?: number; mode?: number; options?: string } = {}): void {
    this.#add({ type: 'tmpfs', source: 'tmpfs', target, superOptions: options.options ?? '' });
  }

  mount(o: { type: string; source: string; target: string; options?: string }): void {
    this.#add({ type: o.type, source: o.source, target: o.target, options: o.options ?? 'rw' });
  }

  setPropagation(target: string, propagation: Propagation): void {
    const entry = this.#entries.findLast(entry => entry.target === target);
    if (!entry) throw systemCallError('mount', 'EINVAL', target);
    const kind = propagation.replace(/^r(?=private|shared|slave)/, '');
    entry.propagation = { shared: ['shared:1'], slave: ['master:1'] }[kind] ?? [];
  }

  unmount(target: string): boolean {
    const index = this.#entries.findLastIndex(entry => entry.target === target);
    if (index >= 0) this.#entries.splice(index, 1);
    return index >= 0;
  }

  list(): MountEntry[] {
    return this.#entries.map(entry => ({ ...entry }));
  }

  isMounted(target: string): boolean {
    return this.#entries.some(entry => entry.target === target);
  }

  #add(entry: Pick<MountEntry, 'type' | 'source' | 'target'> & Partial<MountEntry>): void {
    const id = this.#nextId++;
    this.#entries.push({ id, parent: 0, root: '/', options: 'rw', propagation: [], superOptions: '', ...entry });
  }
}
