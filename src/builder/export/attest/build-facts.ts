// What a build was made of and how: all that its provenance can tell.
import type { Digest } from '../../../oci/digest.ts';
import type { Platform } from '../../../oci/platform.ts';
import type { Node } from '../../graph/node.ts';
import type { BuildWords } from '../../request.ts';
import type { BuildSource, SourceOrigin } from '../../source.ts';

/** A base image: its full name, and the digest of the manifest (or configuration) it is known by here. */
export interface BaseMaterial {
  readonly name: string;
  readonly digest: Digest;
  readonly platform: Platform;
}

/** A secret or an agent that a step asks for. */
export interface AskedFor {
  readonly id: string;
  readonly optional: boolean;
}

export interface BuildFacts {
  readonly id: string;
  readonly startedAt: Date;
  /** The machine's. */
  readonly platform: Platform;
  readonly dockerfile: { readonly name: string; readonly content: Uint8Array };
  readonly words: BuildWords;
  /** Where the context comes from, if not from the client. */
  readonly context: SourceOrigin | undefined;
  /** Directories of the client, by its names. */
  readonly locals: readonly string[];
  readonly bases: readonly BaseMaterial[];
  /** Other files from elsewhere. */
  readonly origins: readonly SourceOrigin[];
  readonly secrets: readonly AskedFor[];
  readonly agents: readonly AskedFor[];
  /** The last vertex for each platform. */
  readonly results: readonly { readonly platform: Platform; readonly node: Node }[];
}

/** What sources of a build were, once they have been opened: names of the client's directories, and places elsewhere. */
export function describeSources(sources: readonly (BuildSource | undefined)[]): Pick<BuildFacts, 'locals' | 'origins'> {
  const opened = sources.filter(source => source !== undefined);
  const locals = new Set(opened.flatMap(({ local }) => local ?? []));
  const origins = new Map(opened.flatMap(({ origin }) => (origin ? [[origin.uri, origin] as const] : [])));
  return { locals: [...locals].sort(), origins: [...origins.values()] };
}
