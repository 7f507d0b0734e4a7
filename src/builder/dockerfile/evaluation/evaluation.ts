// What the solver asks of the language: which base a stage has, and each instruction with its variables filled in.
import type { ImageRunConfig } from '../../../oci/image-config.ts';
import type { Platform } from '../../../oci/platform.ts';
import type { Instruction, Stage, Warning } from '../syntax.ts';

/** What one build brings to a Dockerfile. */
export interface BuildVariables {
  /** `--build-arg`; also overrides the automatic platform arguments, and `BUILDKIT_DOCKERFILE_CHECK` `# check=`. */
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildPlatform: Platform;
  readonly targetPlatform: Platform;
  /** `--target` as given, for `TARGETSTAGE`. */
  readonly target?: string;
  /** Whether `.dockerignore` leaves out a path of the context, for the rule CopyIgnoredFile. */
  readonly isIgnored?: (path: string) => boolean;
}

/** The Dockerfile under the arguments of one build: `evaluateDockerfile(dockerfile, variables)`. */
export interface Evaluation {
  /** The expanded base of a stage and, when `FROM --platform` was given, its platform. Throws `DockerfileError`. */
  baseOf(stage: Stage): StageBase;
  /**
   * The variables of a stage, to be walked once over its instructions in order. `base` is the configuration of its base
   * image (`{}` for scratch), or the finished variables of the stage it builds upon.
   */
  openStage(stage: Stage, base: BaseVariables | StageVariables): StageVariables;
  /** Notes where the image that stands for a stage's base is for another platform than was asked for. */
  lintBase(stage: Stage, name: string, platforms: { found: Platform; expected: Platform }): void;
  /** Arguments before the first FROM, and those every Dockerfile has. */
  readonly globals: ReadonlyMap<string, string>;
  /** What the lint rules found so far, by line; grows while stages are walked. */
  readonly warnings: readonly Warning[];
  /** `lint violation found for rules: …` when `# check=error=true` makes warnings errors; undefined when all is well. */
  readonly lintError: string | undefined;
}

/** Where a stage starts. */
export interface StageBase {
  /** An image, `scratch`, or the name of an earlier stage. */
  readonly name: string;
  readonly platform?: Platform;
}

/** What a base image brings. */
export type BaseVariables = Pick<ImageRunConfig, 'Env' | 'Shell'>;

/** The variables of one stage at one point of it. */
export interface StageVariables {
  /**
   * The instruction with its words expanded where Dockerfiles allow it, after which its own ARG and ENV hold for the
   * next one. Mounts of RUN get typed, ports of EXPOSE become `80/tcp`. Triggers of ONBUILD stay as they are. Throws
   * `DockerfileError` (bad substitution, `${x:?message}`, values that make no sense).
   */
  step<I extends Instruction>(instruction: I): I;
  /**
   * How progress names the instruction: `RUN` in capitals, variables filled in where they are set. Before `step`, but for
   * RUN: after it variables that are secrets are told from others.
   */
  display(instruction: Instruction): string;
  /** `Env` of the image so far, with a PATH, in the order Docker keeps. */
  readonly imageEnv: readonly string[];
  /** Environment of a RUN step here: arguments and ENV. */
  readonly runEnv: readonly string[];
  /** Proxy variables of the build which a RUN step gets, too, but which are no part of its cache key. */
  readonly proxyEnv: readonly string[];
  /** The arguments declared so far, `name=value`, as the history shows them (`|1 a=b /bin/sh -c …`). */
  readonly declaredArgs: readonly string[];
}
