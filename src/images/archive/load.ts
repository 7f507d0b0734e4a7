// `docker load`: reads an archive of any known format and registers its images.
import type { ContentStore, Lease, SharedBytes } from '../../content/index.ts';
import { invalid } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import type { LoadEvent } from '../image.ts';
import type { NewImage } from '../records/register-image.ts';
import { type ArchiveFiles, readArchiveFiles } from './archive-files.ts';
import type { ArchivedImage } from './archived-image.ts';
import { dockerManifest, readDockerArchive } from './docker-archive.ts';
import { legacyRepositories, readLegacyArchive } from './legacy-archive.ts';
import { layoutIndex, type PlatformChoice, readOciLayout } from './oci-layout.ts';

interface LoadDeps {
  content: ContentStore;
  lease: Lease;
  /** Hears of each large file, while the rest of the archive is still to come. */
  onBlob?: (blob: Descriptor) => void;
  /** What a layer passes through, for who reads along: see `ArchiveStore`. */
  through?: (path: string, size: number) => SharedBytes | undefined;
  /** Extracts and records; returns the id. */
  register: (image: NewImage) => AsyncGenerator<LoadEvent, Digest>;
  /** Makes an image the same one as another, for another platform. */
  attach: (variant: Digest, image: Digest) => void;
  /** Gives an image a name; yields what the room's caller must hear. */
  name: (id: Digest, reference: Reference | undefined) => Iterable<LoadEvent>;
}

/**
 * Loads every image of the archive and yields the news. Throws `invalid` for archives that are malformed, truncated
 * or none at all; images before the bad one stay. The caller collects garbage.
 */
export async function* loadArchive(
  stream: AsyncIterable<Uint8Array>,
  deps: LoadDeps,
  o: { platform: Platform; only?: readonly Platform[] | undefined; signal?: AbortSignal | undefined },
): AsyncGenerator<LoadEvent, void> {
  const files = await readArchiveFiles(stream, deps, o.signal);
  for await (const archived of readImages(files, deps.content, { host: o.platform, only: o.only })) {
    const { references, variants = [], ...image } = archived;
    const id = yield* deps.register(image);
    for (const { references: _none, ...variant } of variants) deps.attach(yield* deps.register(variant), id);
    for (const reference of references) yield* deps.name(id, reference);
    if (references.length === 0) yield* deps.name(id, undefined);
  }
}

/** `docker save` writes both formats into one archive; its own manifest says more about names. */
function readImages(
  files: ArchiveFiles,
  content: ContentStore,
  choice: PlatformChoice,
): AsyncGenerator<ArchivedImage, void> {
  if (files.has(dockerManifest)) return readDockerArchive(files, choice);
  if (files.has(layoutIndex)) return readOciLayout(files, choice);
  if (files.has(legacyRepositories)) return readLegacyArchive(files, content);
  throw invalid(`invalid archive: does not contain a ${dockerManifest}`);
}
