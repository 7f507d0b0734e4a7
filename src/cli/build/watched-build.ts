// A build with somebody before it: its progress, an interrupt that ends it, what it warned of, where it failed.
import type { StatusResponse, VertexWarning } from '../../api/buildkit/control.ts';
import { type BuildkitClient, connectBuildkit } from '../../client/index.ts';
import { type BuildDisplay, openDisplay, type ProgressMode, progressModes } from '../build-progress/build-display.ts';
import type { Context } from '../context.ts';
import { ExitError } from '../failure.ts';
import { failureExcerpt, failureMessage } from './outcome/build-failure.ts';
import { warningsText } from './outcome/build-warnings.ts';

export interface WatchOptions {
  readonly mode: ProgressMode;
  /** Warnings with all that is known of them. */
  readonly detailed: boolean;
}

/** What work under watch is given. */
export interface Watch {
  readonly context: Context;
  readonly buildkit: BuildkitClient;
  readonly display: Pick<BuildDisplay, 'update'>;
  readonly signal: AbortSignal;
  /** What all builds have warned of so far. */
  readonly warnings: readonly Partial<VertexWarning>[];
}

/** The mode of `--progress`; '' or auto is that of BUILDKIT_PROGRESS. Throws a plain Error. */
export function readProgressMode(flag: string, { io }: Pick<Context, 'io'>): ProgressMode {
  const text = flag === '' || flag === 'auto' ? io.environment.BUILDKIT_PROGRESS || 'auto' : flag;
  const mode = progressModes.find(known => known === text);
  if (!mode) throw new Error(`invalid progress mode ${text}`);
  return mode;
}

/**
 * Does `work` with its progress shown on standard error. Throws an ExitError with the last line of what is to be said;
 * all before it has been said.
 */
export async function watchedBuild<T>(
  context: Context,
  { mode, detailed }: WatchOptions,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  const { io } = context;
  const abort = new AbortController();
  let interrupted = false;
  const stopListening = io.onSignals(['SIGINT', 'SIGTERM'], () => {
    interrupted = true;
    abort.abort();
  });
  using buildkit = await connectBuildkit(context.client);
  const shown = openDisplay({ mode, builder: `docker:${context.contextName}`, io });
  const warnings: Partial<VertexWarning>[] = [];
  const display = {
    update(news: StatusResponse) {
      warnings.push(...news.warnings);
      shown.update(news);
    },
  };
  const tellWarnings = () => {
    if (mode !== 'quiet' && mode !== 'none' && mode !== 'rawjson')
      io.stderr.write(warningsText(warnings, { detailed }));
  };
  try {
    const result = await work({ context, buildkit, display, signal: abort.signal, warnings });
    shown.finish();
    tellWarnings();
    return result;
  } catch (error) {
    shown.finish();
    tellWarnings();
    io.stderr.write(failureExcerpt(error));
    if (error instanceof ExitError) throw error;
    throw new ExitError(interrupted ? 130 : 1, failureMessage(error), { cause: error });
  } finally {
    stopListening();
  }
}
