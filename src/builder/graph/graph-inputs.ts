// What the graph asks of the build it belongs to.
import type { Image } from '../../images/index.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Platform } from '../../oci/platform.ts';
import type { AddInstruction } from '../dockerfile/syntax.ts';
import type { NamedContext } from '../request.ts';
import type { BuildSource } from '../source.ts';
import type { BuildTarget } from './build-target.ts';

/** An image that is here, under its full name for progress. */
export interface ResolvedImage {
  readonly name: string;
  readonly image: Image;
  /** Of the manifest it came with. */
  readonly digest?: Digest;
}

/** `path`: what of it is copied, `/` for all. */
export interface RemoteSource {
  readonly source: BuildSource;
  readonly path: string;
  readonly unpack: boolean;
}

export interface GraphInputs {
  /** Finds or pulls an image. Throws `not-found`, `unauthorized`, `unavailable`, `cancelled`. */
  resolveImage(reference: string, platform: Platform): Promise<ResolvedImage>;
  /** Loads what a layout has for the platform. Throws `not-found`, `invalid`, `cancelled`. */
  resolveLayout(name: string, layout: NamedContext & { kind: 'layout' }, platform: Platform): Promise<ResolvedImage>;
  /** What another build makes for the platform. Throws what became of that build, `not-found`, `cancelled`. */
  linkedTarget(context: NamedContext & { kind: 'build' }, platform: Platform): Promise<BuildTarget>;
  /** The main context; undefined when the build has none. */
  readonly context: BuildSource | undefined;
  /** Patterns of `.dockerignore`, read when a step first copies from the context. */
  ignored(): Promise<readonly string[]>;
  /** The same of a named context that is a directory of the client; none of others. */
  ignoredIn(name: string, source: BuildSource): Promise<readonly string[]>;
  /** A download or a repository of ADD. Throws `invalid` for an address that makes no sense. */
  remoteSource(url: string, instruction: AddInstruction): RemoteSource | undefined;
}
