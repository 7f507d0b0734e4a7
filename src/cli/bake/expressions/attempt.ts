// Conversions that may not succeed.
import { reasonOf } from './value.ts';

type Attempt<T> = { readonly value: T } | { readonly reason: string };

/** What `work` comes to, or why not: the message of a plain Error. */
export function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}
