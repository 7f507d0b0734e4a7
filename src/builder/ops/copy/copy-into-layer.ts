// COPY and ADD: files into a layer that is being made.
import type { Owner, WorkingLayer } from '../../../images/index.ts';
import type { PlannedCopy } from '../../context/copy/plan-copy.ts';
import type { CopyOperation } from '../../graph/operation.ts';
import type { OpenRoot } from '../open-root.ts';

/** `working` is mounted. Throws `invalid` where kinds do not fit, `cancelled`. */
export async function copyIntoLayer(
  op: CopyOperation,
  o: {
    working: WorkingLayer;
    root: OpenRoot;
    selection: PlannedCopy;
    owner: Owner | undefined;
    shareAgain: boolean;
    /** Where the same copy was made early. */
    made: string | undefined;
    signal: AbortSignal;
  },
): Promise<void> {
  const { made, owner, root, selection, shareAgain } = o;
  // What no pattern matched makes no destination either.
  if (selection.sources.length === 0) return;
  const job = {
    sourceRoot: root.path,
    shareable: root.shareable,
    shareAgain,
    sources: selection.sources,
    destination: op.destination,
    contentsOnly: true,
    ...(made !== undefined && { made }),
    ...(owner && { owner }),
    ...(op.chmod && { mode: op.chmod }),
  };
  await o.working.copy(job, o.signal);
}
