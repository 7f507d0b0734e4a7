// BuildKit's low-level definitions, as far as they name one source: what clients hand on of a result of ours, and the
// repositories and files from the web they want to read. What else there is in that language is refused.

import { GrpcError, grpcCodes } from '../../lib/grpc/status.ts';
import { sha256 } from '../../oci/digest.ts';
import { decode, encode } from './message.ts';
import { type Definition, operation } from './ops.ts';

/** What a definition brings: the result of an evaluation of ours, by its reference, or files from elsewhere. */
export type DefinedSource =
  | { readonly kind: 'evaluation'; readonly ref: string }
  | { readonly kind: 'source'; readonly identifier: string; readonly attrs: Readonly<Record<string, string>> };

const ours = 'berth-build://';

/** How clients name the result of an evaluation to others: opaque to them, as any definition is. */
export function definitionOfEvaluation(ref: string): Definition {
  const source = encode(operation, { source: { identifier: `${ours}${ref}`, attrs: {} } });
  const result = encode(operation, { inputs: [{ digest: sha256(source), index: 0 }] });
  return { def: [source, result], metadata: { [sha256(source)]: {}, [sha256(result)]: {} } };
}

/** Undefined for a definition of nothing. Throws a GrpcError for one that does more than to name a source. */
export function readDefinition({ def = [] }: Partial<Definition> = {}): DefinedSource | undefined {
  if (def.length === 0) return undefined;
  const operations = def.map(bytes => decode(operation, bytes));
  const source = operations.length === 2 ? operations[0]?.source : undefined;
  const [input, ...others] = operations[1]?.inputs ?? [];
  if (!source?.identifier || others.length > 0 || input?.digest !== sha256(def[0] as Uint8Array)) {
    throw new GrpcError(
      grpcCodes.unimplemented,
      'low-level definitions of more than one source are not implemented: use a Dockerfile',
    );
  }
  const { identifier, attrs = {} } = source;
  if (identifier.startsWith(ours)) return { kind: 'evaluation', ref: identifier.slice(ours.length) };
  return { kind: 'source', identifier, attrs };
}
