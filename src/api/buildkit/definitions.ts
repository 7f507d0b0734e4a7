// BuildKit's low-level definitions, as far as they name one source: what clients hand on of a result of ours, and the
// repositories and files from the web they want to read. What else there is in that language is refused.

import { GrpcError, grpcCodes } from '../../lib/grpc/status.ts';
import { sha256 } from '../../oci/digest.ts';
import { decode, encode } from './message.ts';
import { type Definition, type LlbOperation, operation } from './ops.ts';

/** Files from elsewhere: `path` is what of them is meant, or they are an archive and what is in it is. */
export interface SourceDefinition {
  readonly kind: 'source';
  readonly identifier: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly unpack?: boolean;
}

/** What a definition brings: the result of an evaluation of ours, by its reference, or files. */
type DefinedSource = { readonly kind: 'evaluation'; readonly ref: string } | SourceDefinition;

const ours = 'berth-build://';
/** A source, a part of it, and what says that this is the result. */
const longestDefinition = 3;

/** How clients name the result of an evaluation to others: opaque to them, as any definition is. */
export function definitionOfEvaluation(ref: string): Definition {
  return definitionOfSource(`${ours}${ref}`, {});
}

/** Files from elsewhere, for whoever wants to read them. */
export function definitionOfSource(identifier: string, attrs: Record<string, string>): Definition {
  const source = encode(operation, { source: { identifier, attrs } });
  const result = encode(operation, { inputs: [{ digest: sha256(source), index: 0 }] });
  return { def: [source, result], metadata: { [sha256(source)]: {}, [sha256(result)]: {} } };
}

/**
 * Undefined for a definition of nothing. Throws a GrpcError for one that does more than to name a source, or what is in a
 * directory or archive of one.
 */
export function readDefinition({ def = [] }: Partial<Definition> = {}): DefinedSource | undefined {
  if (def.length === 0) return undefined;
  // Looked at only as far as it may be one of those.
  if (def.length > longestDefinition) throw notOneSource();
  const operations = def.map(bytes => ({ digest: sha256(bytes), ...decode(operation, bytes) }));
  // Each stands upon the one before.
  const isChain = operations.every(({ inputs }, at) =>
    at === 0 ? inputs.length === 0 : inputs.length === 1 && inputs[0]?.digest === operations[at - 1]?.digest,
  );
  const [first, second] = operations;
  const part = operations.length === 3 ? partOf(second?.file) : operations.length === 2 ? {} : undefined;
  if (!isChain || !first?.source?.identifier || !part) throw notOneSource();
  const { identifier, attrs = {} } = first.source;
  if (identifier.startsWith(ours)) return { kind: 'evaluation', ref: identifier.slice(ours.length) };
  return { kind: 'source', identifier, attrs, ...part };
}

const notOneSource = () =>
  new GrpcError(
    grpcCodes.unimplemented,
    'low-level definitions of more than one source are not implemented: use a Dockerfile',
  );

/** A copy of what is in a directory or archive into an empty one; undefined for anything else. */
function partOf(file: LlbOperation['file']): Pick<SourceDefinition, 'path' | 'unpack'> | undefined {
  const [action, ...others] = file?.actions ?? [];
  const { input, secondaryInput = 0, copy } = action ?? {};
  if (others.length > 0 || input !== -1 || secondaryInput !== 0 || copy?.dest !== '/') return undefined;
  if (copy.attemptUnpack) return { unpack: true };
  return copy.dirCopyContents && copy.src ? { path: copy.src } : undefined;
}
