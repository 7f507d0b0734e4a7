// What attributes of the frontend only name, and the session or the builder has.
import type { SourceDefinition } from '../../../../api/buildkit/definitions.ts';
import type { BlobStore, Builder, BuildSource } from '../../../../builder/index.ts';

/** Where the files come from that attributes name. */
interface FrontendSources {
  /** A directory of the client by the name it gave it. */
  local(name: string): BuildSource;
  /** A git repository, an archive or a Dockerfile on the web, or what the client uploads. */
  remote(address: string, options?: { readonly keepGitDir?: boolean }): BuildSource;
  /** What a client's low-level definition names. Throws `invalid` for a kind of source there is not. */
  defined(source: SourceDefinition): BuildSource;
}

export interface FrontendOptions {
  readonly sources: FrontendSources;
  /** A platform as users write it. Throws `invalid`. */
  readonly parsePlatform: Builder['parsePlatform'];
  /** Blobs in a directory of the client, by the id it gave it. */
  readonly blobs: (id: string) => BlobStore;
}
