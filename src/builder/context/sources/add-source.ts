// What a source of COPY or ADD is: a path, something on the web, or a repository.
import { invalid } from '../../../lib/errors.ts';
import { type GitReference, parseGitReference } from './git/git-reference.ts';
import { isWebAddress } from './web-address.ts';

type AddSource =
  | { readonly kind: 'path' }
  | { readonly kind: 'web' }
  | { readonly kind: 'git'; readonly reference: GitReference };

/** Throws `invalid` for a git address that makes no sense. */
export function parseAddSource(source: string): AddSource {
  const reference = parseGitReference(source);
  if (reference !== undefined) return { kind: 'git', reference };
  return { kind: isWebAddress(source) ? 'web' : 'path' };
}

/** COPY takes only paths; throws `invalid`. */
export function checkCopySources(sources: readonly string[]): void {
  for (const source of sources) {
    const { kind } = parseAddSource(source);
    if (kind === 'git') throw invalid("source can't be a git ref for COPY");
    if (kind === 'web') throw invalid("source can't be a URL for COPY");
  }
}

/** `ADD --checksum` is for one source from elsewhere; throws `invalid`. */
export function checkChecksum(sources: readonly string[]): void {
  if (sources.length !== 1) throw invalid("checksum can't be specified for multiple sources");
  if (parseAddSource(sources[0]!).kind === 'path') throw invalid('checksum requires HTTP(S) or Git sources');
}
