// A build under way and what comes of it, as the doors see them.
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Platform } from '../oci/platform.ts';
import type { Provenance } from './export/attest/provenance.ts';
import type { BuildTarget } from './graph/build-target.ts';
import type { BuildEvent, BuildWarning } from './progress.ts';

/** What was built for one platform. `id` is the digest of the configuration, undefined where no image was made. */
export interface BuiltImage {
  readonly platform: Platform;
  readonly id?: Digest;
  readonly manifest?: Descriptor;
}

export interface BuildResult {
  readonly images: readonly BuiltImage[];
  /** Image id as Docker shows it: that of the only image, or of the index of several. */
  readonly id?: Digest;
  /** Names that were given, in familiar form with their tag. */
  readonly names: readonly string[];
  /** What BuildKit's exporters answer: `containerimage.digest`, `containerimage.config.digest`, `image.name` … */
  readonly response: Readonly<Record<string, string>>;
  readonly warnings: readonly BuildWarning[];
  /** For which it was built, as users write them. */
  readonly platforms?: readonly string[];
  /** All that is to be told of how it was made, whether that goes with an image or not; none where nothing was made. */
  readonly provenance?: Provenance;
}

/** One build. It goes on whether anybody watches or not, until it is done or cancelled. */
export interface BuildRun {
  readonly id: string;
  readonly startedAt: Date;
  /**
   * Rejects with `cancelled`, a `DockerfileError` where it is known which lines are to blame, or another BerthError; then
   * nothing is left of it. Among the causes are the `VertexError` of what failed, and the `StepError` of a command.
   */
  readonly result: Promise<BuildResult>;
  /** What it makes for each platform, known long before it is made; rejects as `result` does. */
  readonly targets: Promise<readonly BuildTarget[]>;
  /** All news from the beginning on, however late one comes; ends with the build and never fails. */
  watch(): AsyncIterable<BuildEvent>;
  /** Ends it at once: processes are killed. Idempotent. */
  cancel(): void;
}
