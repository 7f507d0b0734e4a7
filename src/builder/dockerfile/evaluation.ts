// What the solver asks of the language: which base a stage has, and each instruction with its variables filled in.
import type { Platform } from '../../oci/platform.ts';
import type { Instruction, Stage, Warning } from './syntax.ts';

/** What one build brings to a Dockerfile. */
export interface BuildVariables {
  /** `--build-arg`; also overrides the automatic platform arguments. */
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildPlatform: Platform;
  readonly targetPlatform: Platform;
  /** `--target` as given, for `TARGETSTAGE`. */
  readonly target?: string;
}

/** The Dockerfile under the arguments of one build: `evaluateDockerfile(dockerfile, variables)`. */
export interface Evaluation {
  /** The expanded base of a stage and, when `FROM --platform` was given, its platform. Throws `DockerfileError`. */
  baseOf(stage: Stage): { readonly name: string; readonly platform?: Platform };
  /**
   * The variables of a stage, to be walked once over its instructions in order. `base` is the environment of its base
   * image (its `Config.Env`), or the finished scope of the stage it builds upon.
   */
  openStage(stage: Stage, base: readonly string[] | StageVariables): StageVariables;
  /** What the lint rules found so far, in the order of the file; grows while stages are walked. */
  readonly warnings: readonly Warning[];
}

/** The variables of one stage at one point of it. */
export interface StageVariables {
  /**
   * The instruction with its words expanded where Dockerfiles allow it, after which its own ARG and ENV hold for the
   * next one. The triggers of ONBUILD stay as they are. Throws `DockerfileError` (bad substitution, `${x:?message}`).
   */
  step<I extends Instruction>(instruction: I): I;
  /** `Env` of the image so far, with a PATH, in the order Docker keeps. */
  readonly imageEnv: readonly string[];
  /** Environment of a RUN step here: arguments and ENV. */
  readonly runEnv: readonly string[];
  /** Proxy variables of the build which a RUN step gets, too, but which are no part of its cache key. */
  readonly proxyEnv: readonly string[];
  /** The declared arguments which have a value, `name=value`, as the history shows them (`|1 a=b /bin/sh -c …`). */
  readonly usedArgs: readonly string[];
}
