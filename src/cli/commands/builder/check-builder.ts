// `--builder` and BUILDX_BUILDER: there is one builder, which has the name of the context, as with buildx's docker driver.
import type { Context } from '../../context.ts';
import { ExitError } from '../../failure.ts';

/** Throws an ExitError in buildx's words for the name of another one: what was meant for that is not done by this one. */
export function checkBuilder(flag: string, { contextName, io }: Pick<Context, 'contextName' | 'io'>): void {
  const wanted = flag || io.environment.BUILDX_BUILDER || contextName;
  if (wanted !== contextName) throw new ExitError(1, `ERROR: no builder ${JSON.stringify(wanted)} found`);
}
