// COPY and ADD: files into a layer that is being made.
import type { EarlyFiles, Owner, WorkingLayer } from '../../../images/index.ts';
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
    /** The same copy, made early. */
    early: EarlyFiles | undefined;
    signal: AbortSignal;
  },
): Promise<void> {
  const { early, owner, root, selection, shareAgain } = o;
  // What no pattern matched makes no destination either.
  if (selection.sources.length === 0) return;
  const job = {
    sourceRoot: root.path,
    shareable: root.shareable,
    shareAgain,
    sources: selection.sources,
    destination: op.destination,
    contentsOnly: true,
    ...(owner && { owner }),
    ...(op.chmod && { mode: op.chmod }),
  };
  if (early) await o.working.takeCopy(job, early, o.signal);
  else await o.working.copy(job, o.signal);
}
