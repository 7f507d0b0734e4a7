// What a Dockerfile says, as data: stages of instructions whose words are not expanded yet.
import type { ImageRunConfig } from '../../oci/image-config.ts';

/** Lines of the Dockerfile, counted from 1, both ends included. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** A heredoc of an instruction: `<<-EOF` has `stripTabs`, `<<"EOF"` has not `expand`. */
export interface Heredoc {
  readonly name: string;
  /** As written, with leading tabs. */
  readonly content: string;
  readonly expand: boolean;
  readonly stripTabs: boolean;
}

/** What every instruction carries. */
export interface InstructionBase {
  /** The instruction on one line, continuations joined, as BuildKit's progress shows it: `RUN apt-get update && …`. */
  readonly text: string;
  readonly range: LineRange;
  /** The keyword as the file writes it: `run`, `RUN`. */
  readonly keyword: string;
  /** Of a trigger the base image carries: its place among those, from 0. `range` is that of the FROM then. */
  readonly triggerIndex?: number;
}

/** `name=value`; `bare` is the legacy form `ENV name value`. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly bare: boolean;
}

/** A command line: a shell's (`RUN echo hi`, one word) or the words of a JSON list. */
export interface CommandLine {
  readonly form: 'shell' | 'exec';
  readonly words: readonly string[];
  /** The here-documents of its line (of RUN only). */
  readonly heredocs: readonly Heredoc[];
}

/** A file given in the Dockerfile itself: `COPY <<EOF /path`. */
export interface InlineFile {
  readonly name: string;
  readonly content: string;
  readonly expand: boolean;
}

/** What COPY and ADD share. Words may hold variables until `expandInstruction`. */
export interface CopyBase extends InstructionBase {
  readonly sources: readonly string[];
  readonly inlineFiles: readonly InlineFile[];
  readonly destination: string;
  readonly chown?: string;
  /** Octal (`0644`) or symbolic (`u=rwX,go=rX`). */
  readonly chmod?: string;
  readonly link: boolean;
  readonly parents: boolean;
  readonly exclude: readonly string[];
}

export interface CopyInstruction extends CopyBase {
  readonly kind: 'copy';
  /** A stage's name or number, a named context, or an image. */
  readonly from?: string;
}

export interface AddInstruction extends CopyBase {
  readonly kind: 'add';
  readonly keepGitDir?: boolean;
  readonly checksum?: string;
  /** Unpack archives: by default local ones are and downloaded ones are not. */
  readonly unpack?: boolean;
}

/** `RUN --mount=type=…` with BuildKit's defaults. A relative target is meant from the working directory. */
export type RunMount =
  | {
      readonly type: 'bind';
      readonly from?: string;
      readonly source: string;
      readonly target: string;
      /** Writable, and thrown away afterwards. */
      readonly readonly: boolean;
    }
  | {
      readonly type: 'cache';
      /** Names the cache; by default the cleaned target. */
      readonly id: string;
      readonly from?: string;
      readonly source: string;
      readonly target: string;
      readonly readonly: boolean;
      readonly sharing: 'shared' | 'private' | 'locked';
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
    }
  | {
      readonly type: 'tmpfs';
      readonly target: string;
      /** Bytes; undefined is the kernel's default. */
      readonly size?: number;
    }
  | {
      readonly type: 'secret';
      readonly id: string;
      /** Undefined when only `env` was asked for. */
      readonly target?: string;
      /** Name of the variable which holds the secret. */
      readonly env?: string;
      readonly required: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | {
      readonly type: 'ssh';
      readonly id: string;
      readonly target?: string;
      readonly required: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

/** `RUN --device=name,required`. */
export interface RunDevice {
  readonly name: string;
  readonly required: boolean;
}

export interface RunInstruction extends InstructionBase {
  readonly kind: 'run';
  readonly command: CommandLine;
  /** The values of `--mount` as written: their options may hold variables. */
  readonly mountFlags: readonly string[];
  /** The mounts, typed and validated by `StageVariables.step`; empty before. */
  readonly mounts: readonly RunMount[];
  readonly network: 'default' | 'none' | 'host';
  readonly security: 'sandbox' | 'insecure';
  readonly devices: readonly RunDevice[];
}

export interface CmdInstruction extends InstructionBase {
  readonly kind: 'cmd';
  readonly command: CommandLine;
}

export interface EntrypointInstruction extends InstructionBase {
  readonly kind: 'entrypoint';
  readonly command: CommandLine;
}

interface EnvInstruction extends InstructionBase {
  readonly kind: 'env';
  readonly pairs: readonly KeyValue[];
}

interface LabelInstruction extends InstructionBase {
  readonly kind: 'label';
  readonly pairs: readonly KeyValue[];
}

/** `ARG a b=1`; `value` undefined is an argument without default. */
export interface ArgInstruction extends InstructionBase {
  readonly kind: 'arg';
  readonly args: readonly { readonly name: string; readonly value?: string }[];
}

interface WorkdirInstruction extends InstructionBase {
  readonly kind: 'workdir';
  readonly path: string;
}

interface UserInstruction extends InstructionBase {
  readonly kind: 'user';
  readonly user: string;
}

/** Ports as written (`80`, `8000-8010/udp`, `$PORT`); `exposedPorts` makes `80/tcp` of the expanded ones. */
interface ExposeInstruction extends InstructionBase {
  readonly kind: 'expose';
  readonly ports: readonly string[];
}

interface VolumeInstruction extends InstructionBase {
  readonly kind: 'volume';
  readonly paths: readonly string[];
}

interface StopSignalInstruction extends InstructionBase {
  readonly kind: 'stopsignal';
  readonly signal: string;
}

interface ShellInstruction extends InstructionBase {
  readonly kind: 'shell';
  readonly shell: readonly string[];
}

export interface HealthcheckInstruction extends InstructionBase {
  readonly kind: 'healthcheck';
  readonly healthcheck: NonNullable<ImageRunConfig['Healthcheck']>;
}

/** `ONBUILD RUN …`: the trigger as it is kept in the image; `parseTriggers` reads it in the image built upon it. */
interface OnbuildInstruction extends InstructionBase {
  readonly kind: 'onbuild';
  readonly trigger: string;
}

interface MaintainerInstruction extends InstructionBase {
  readonly kind: 'maintainer';
  readonly author: string;
}

export type Instruction =
  | RunInstruction
  | CopyInstruction
  | AddInstruction
  | CmdInstruction
  | EntrypointInstruction
  | EnvInstruction
  | LabelInstruction
  | ArgInstruction
  | WorkdirInstruction
  | UserInstruction
  | ExposeInstruction
  | VolumeInstruction
  | StopSignalInstruction
  | ShellInstruction
  | HealthcheckInstruction
  | OnbuildInstruction
  | MaintainerInstruction;

/** `FROM base AS name` and what follows it. */
export interface Stage {
  readonly index: number;
  /** In lower case; undefined for a stage without `AS`. */
  readonly name?: string;
  /** Unexpanded: an image, `scratch`, or an earlier stage. */
  readonly base: string;
  readonly platform?: string;
  readonly text: string;
  readonly keyword: string;
  readonly range: LineRange;
  readonly instructions: readonly Instruction[];
}

/** Which lint rules report, `all` standing for every one, and whether a report fails the build. */
export interface CheckOptions {
  readonly skip: readonly string[];
  /** Experimental rules report only when named here. */
  readonly experimental: readonly string[];
  readonly error: boolean;
}

/** `# syntax=`, `# escape=`, `# check=` at the head of the file. */
interface Directives {
  readonly syntax?: string;
  readonly escape: '\\' | '`';
  readonly check: CheckOptions;
}

/** What a lint rule found. `url` is empty for a rule without a page. */
export interface Warning {
  readonly rule: string;
  readonly description: string;
  readonly url: string;
  readonly message: string;
  readonly ranges: readonly LineRange[];
}

export interface Dockerfile {
  /** As the user named it, for messages. */
  readonly name: string;
  readonly source: string;
  readonly directives: Directives;
  /** ARG instructions before the first FROM. */
  readonly globalArgs: readonly ArgInstruction[];
  readonly stages: readonly Stage[];
  /** What lint rules see in the text alone, before `# check=` is asked; `Evaluation.warnings` has all of them. */
  readonly warnings: readonly Warning[];
}
