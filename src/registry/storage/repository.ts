// One repository on disk: which blobs and manifests it has, what its tags name, and what refers to what.
import { readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, digestParts } from '../../oci/digest.ts';
import { DigestLinks, names } from './digest-links.ts';
import { writeLink } from './write-link.ts';

/** What a repository knows of a manifest besides its bytes. Times are ISO 8601. */
interface ManifestLink {
  readonly mediaType: string;
  readonly pushed: string;
}

export interface TagLink {
  readonly digest: Digest;
  readonly pushed: string;
}

/**
 * A folder with `_blobs`, `_manifests`, `_tags` and `_referrers`; names of repositories below it begin otherwise. Its
 * files only name what the content store has. Each change is whole or not there, in the order in which they are asked for.
 */
export class Repository {
  readonly name: string;
  readonly blobs: DigestLinks;
  readonly #manifests: DigestLinks;
  readonly #folder: string;
  readonly #temporary: string;

  constructor(name: string, folder: string, temporary: string) {
    this.name = name;
    this.#folder = folder;
    this.#temporary = temporary;
    this.blobs = new DigestLinks(join(folder, '_blobs'), temporary);
    this.#manifests = new DigestLinks(join(folder, '_manifests'), temporary);
  }

  async manifest(digest: Digest): Promise<ManifestLink | undefined> {
    const text = await this.#manifests.read(digest);
    return text === undefined ? undefined : (JSON.parse(text) as ManifestLink);
  }

  hasManifest(digest: Digest): boolean {
    return this.#manifests.has(digest);
  }

  manifests(): Promise<Digest[]> {
    return this.#manifests.list();
  }

  /** The links of its blobs are on disk before it is. */
  async addManifest(digest: Digest, link: ManifestLink): Promise<void> {
    await this.blobs.sync();
    await this.#manifests.write(digest, JSON.stringify(link));
  }

  /** True when there was one. Tags and referrers are the caller's. */
  removeManifest(digest: Digest): boolean {
    return this.#manifests.remove(digest);
  }

  /** When a manifest came or was last needed, in milliseconds of the epoch. */
  manifestTouchedAt(digest: Digest): number | undefined {
    return this.#manifests.touchedAt(digest);
  }

  async tag(name: string): Promise<TagLink | undefined> {
    try {
      return JSON.parse(await readFile(join(this.#folder, '_tags', name), 'utf8')) as TagLink;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  setTag(name: string, link: TagLink): Promise<void> {
    return writeLink(join(this.#folder, '_tags', name), JSON.stringify(link), this.#temporary);
  }

  /** True when there was one. */
  removeTag(name: string): boolean {
    try {
      unlinkSync(join(this.#folder, '_tags', name));
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** In no order. */
  tags(): Promise<string[]> {
    return names(join(this.#folder, '_tags'));
  }

  /** Remembers that `referrer` names `subject`, which need not be here. */
  addReferrer(subject: Digest, referrer: Descriptor): Promise<void> {
    return this.#referrers(subject).write(referrer.digest, JSON.stringify(referrer));
  }

  removeReferrer(subject: Digest, referrer: Digest): void {
    this.#referrers(subject).remove(referrer);
  }

  /** Descriptors of everything that names `subject`, by digest. */
  async referrers(subject: Digest): Promise<Descriptor[]> {
    const links = this.#referrers(subject);
    const found = await Promise.all((await links.list()).sort().map(digest => links.read(digest)));
    return found.flatMap(text => (text === undefined ? [] : [JSON.parse(text) as Descriptor]));
  }

  /** Removes its own folders as far as they are empty; true when nothing is left. Repositories below it stay. */
  prune(): boolean {
    return ['_tags', '_manifests', '_blobs', '_referrers']
      .map(folder => removeEmpty(join(this.#folder, folder)))
      .every(Boolean);
  }

  #referrers(subject: Digest): DigestLinks {
    const { algorithm, hex } = digestParts(subject);
    return new DigestLinks(join(this.#folder, '_referrers', algorithm, hex), this.#temporary);
  }
}

/** Removes a tree of empty folders; whatever holds a file stays. True when it is gone. */
function removeEmpty(folder: string): boolean {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeEmpty(join(folder, entry.name));
    }
    rmdirSync(folder);
    return true;
  } catch (error) {
    return errorCode(error) === 'ENOENT';
  }
}
