// A repository of a registry, for the commands that look into it.

import { type Action, RegistryError, type Repository } from '../../distribution/index.ts';
import { BerthError, errorKind } from '../../lib/errors.ts';
import { formatReference, type Reference } from '../../oci/reference.ts';
import type { Context } from '../context.ts';
import { findCredentials, openRegistries } from './open-registries.ts';

/**
 * Runs `work` with the repository a reference points to, as the user who is logged in there. What the registry does not
 * have is named in the error.
 */
export async function withRepository<T>(
  context: Context,
  { reference, insecure, actions }: { reference: Reference; insecure: boolean; actions?: readonly Action[] },
  work: (repository: Repository) => Promise<T>,
): Promise<T> {
  const registries = openRegistries(context, insecure ? [reference.domain] : []);
  try {
    const credentials = await findCredentials(context, reference.domain);
    const onWarning = (warning: string) => context.warn(`WARNING: ${warning}`);
    return await work(registries.repository(reference, { credentials, onWarning, ...(actions && { actions }) }));
  } catch (error) {
    if (!(error instanceof RegistryError) || errorKind(error) !== 'not-found') throw error;
    throw new BerthError('not-found', `${formatReference(reference)}: ${error.message}`, { cause: error });
  } finally {
    registries.close();
  }
}
