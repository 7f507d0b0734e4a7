// All containers in memory, found by id, name or the beginning of an id, and written to the store.

import { conflict, invalid, notFound } from '../../../lib/errors.ts';
import type { Collection, Store, WriteOptions } from '../../../store/index.ts';
import { Container, type ContainerRecord } from './container.ts';
import { UsersIndex } from './users-index.ts';

/** Docker shows and people type the first 12 digits: those are looked up without a scan. */
const shortLength = 12;

export class ContainerRegistry {
  readonly #byId = new Map<string, Container>();
  readonly #byName = new Map<string, string>();
  readonly #byShortId = new Map<string, string>();
  /** Containers linked to a container, by its id: it may be gone already. */
  readonly #parents = new UsersIndex<Container>();
  /** By name of the volume. */
  readonly #volumeUsers = new UsersIndex<Container>();
  /** By id of the image that they run or mount. */
  readonly #imageUsers = new UsersIndex<Container>();
  readonly #records: Collection<ContainerRecord>;
  readonly #directory: (id: string) => string;

  /** Reads every record. `directory` gives a container's own folder. */
  constructor(store: Store, directory: (id: string) => string) {
    this.#records = store.collection<ContainerRecord>('containers');
    this.#directory = directory;
    for (const { value } of this.#records.list()) this.#index(new Container(value, directory(value.id)));
  }

  get size(): number {
    return this.#byId.size;
  }

  /** In no particular order. */
  all(): Iterable<Container> {
    return this.#byId.values();
  }

  /**
   * By full id, name (with or without slash), `parent/alias` of a link, or unique beginning of an id; throws `invalid`
   * when several fit.
   */
  find(reference: string): Container | undefined {
    const exact =
      this.#byId.get(reference) ?? this.#named(reference) ?? this.#short(reference) ?? this.#linked(reference);
    if (exact || !/^[0-9a-f]{1,64}$/.test(reference)) return exact;
    const matches: Container[] = [];
    for (const container of this.#byId.values()) if (container.id.startsWith(reference)) matches.push(container);
    if (matches.length > 1) {
      throw invalid(`Multiple IDs found with provided prefix: ${reference}`);
    }
    return matches[0];
  }

  /** As `find`; throws not-found with Docker's wording. */
  get(reference: string): Container {
    const container = this.find(reference);
    if (!container) throw notFound(`No such container: ${reference}`);
    return container;
  }

  /** Records a new container; throws `conflict` when its name is taken. */
  add(record: ContainerRecord): Container {
    this.#requireFreeName(record.name);
    const container = new Container(record, this.#directory(record.id));
    this.#records.put(record.id, record, { durable: !record.hostConfig.AutoRemove });
    this.#index(container);
    return container;
  }

  /** Those that are linked to it. */
  parentsOf(child: Container): Container[] {
    return this.#parents.of(child.id);
  }

  /** Those that mount a volume, running or not. */
  usersOfVolume(name: string): Container[] {
    return this.#volumeUsers.of(name);
  }

  /** Those made from an image or mounting it, running or not. */
  usersOfImage(id: string): Container[] {
    return this.#imageUsers.of(id);
  }

  /** Takes a link away. */
  unlink(parent: Container, alias: string): void {
    this.#indexUses(parent, 'delete');
    parent.record.links = parent.record.links?.filter(link => link.alias !== alias);
    this.#indexUses(parent, 'add');
    this.save(parent, { durable: true });
  }

  /** Whether a name may be given to a new container. */
  isNameFree(name: string): boolean {
    return !this.#byName.has(name);
  }

  /** Throws `conflict`, as Docker words it, when another container has the name. */
  rename(container: Container, name: string): void {
    this.#requireFreeName(name);
    const before = container.record.name;
    container.record.name = name;
    this.save(container, { durable: true });
    this.#byName.delete(before);
    this.#byName.set(name, container.id);
  }

  /**
   * Writes the record as it is now; nothing happens once the container is gone. What changes is the story of its
   * process, which a power cut ends anyway: it has to survive the daemon only. What a user has set is to be `durable`.
   */
  save(container: Container, options: WriteOptions = { durable: false }): void {
    if (!container.removed) this.#records.put(container.id, container.record, options);
  }

  delete(container: Container): void {
    this.#records.delete(container.id, { durable: !container.record.hostConfig.AutoRemove });
    this.#byId.delete(container.id);
    this.#byName.delete(container.name);
    this.#byShortId.delete(container.id.slice(0, shortLength));
    this.#indexUses(container, 'delete');
  }

  #requireFreeName(name: string): void {
    const holder = this.#byName.get(name);
    if (holder === undefined) return;
    throw conflict(
      `Conflict. The container name "/${name}" is already in use by container "${holder}". ` +
        'You have to remove (or rename) that container to be able to reuse that name.',
    );
  }

  #named(reference: string): Container | undefined {
    const id = this.#byName.get(reference.startsWith('/') ? reference.slice(1) : reference);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  #linked(reference: string): Container | undefined {
    const [, parent = '', alias] = /^\/?([^/]+)\/([^/]+)$/.exec(reference) ?? [];
    const link = this.#named(parent)?.record.links?.find(link => link.alias === alias);
    return link && this.#byId.get(link.childId);
  }

  #indexUses(container: Container, change: 'add' | 'delete'): void {
    const { links = [], mounts, imageId } = container.record;
    for (const { childId } of links) this.#parents[change](childId, container);
    this.#imageUsers[change](imageId, container);
    for (const { type, name, image } of mounts) {
      if (type === 'volume' && name) this.#volumeUsers[change](name, container);
      if (image) this.#imageUsers[change](image.id, container);
    }
  }

  #short(reference: string): Container | undefined {
    if (reference.length < shortLength) return undefined;
    const container = this.#byId.get(this.#byShortId.get(reference.slice(0, shortLength)) ?? '');
    return container?.id.startsWith(reference) ? container : undefined;
  }

  #index(container: Container): void {
    this.#byId.set(container.id, container);
    this.#byName.set(container.name, container.id);
    this.#byShortId.set(container.id.slice(0, shortLength), container.id);
    this.#indexUses(container, 'add');
  }
}
