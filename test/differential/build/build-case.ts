// How the builds of the corpus are declared: a Dockerfile, its context and what else is asked for, as data.

/** A file of a context; a text is a file of mode 0644 with that content. */
export type CaseFile =
  | string
  | { readonly content: string; readonly mode: number }
  | { readonly link: string }
  | { readonly directory: true; readonly mode?: number }
  /** A tar archive of these files (owned by 1000:1001), compressed by that program if any. */
  | { readonly archive: Readonly<Record<string, string>>; readonly compress?: 'gzip' | 'bzip2' | 'xz' };

export interface BuildCase {
  /** `{WEB}` is the address of a web server, `{GIT}` that of a repository it has. */
  readonly dockerfile: string;
  /** The context; without any it has one file, `file` with `hello`. */
  readonly files?: Readonly<Record<string, CaseFile>>;
  readonly ignore?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly target?: string;
  /** Flags of `docker buildx build` that the classic protocol has no words for. `{DIR}` is the context. */
  readonly flags?: readonly string[];
  /** Times of files count, too. */
  readonly times?: true;
  /** The recorded frontend does not know it yet, or not in its stable form: only that we build it counts. */
  readonly newer?: true;
}

/** By name; what a case is about stands in it. */
export type BuildCases = Readonly<Record<string, BuildCase>>;
