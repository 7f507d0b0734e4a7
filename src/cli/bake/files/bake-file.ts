// What a bake file says, whatever its form: targets, groups of them, variables.
import type { Value } from '../expressions/value.ts';

/** Fields of a target that are texts, lists of texts, records of texts and switches, by their names in files. */
export const fieldKinds = {
  annotations: 'list',
  attest: 'list',
  context: 'text',
  contexts: 'record',
  dockerfile: 'text',
  'dockerfile-inline': 'text',
  args: 'record',
  labels: 'record',
  tags: 'list',
  'cache-from': 'list',
  'cache-to': 'list',
  target: 'text',
  secret: 'list',
  ssh: 'list',
  platforms: 'list',
  output: 'list',
  pull: 'switch',
  'no-cache': 'switch',
  network: 'text',
  'no-cache-filter': 'list',
  'shm-size': 'text',
  ulimits: 'list',
  call: 'text',
  entitlements: 'list',
  'extra-hosts': 'record',
} as const;

export type FieldName = keyof typeof fieldKinds;
type Kinds = { text: string; list: readonly string[]; record: Readonly<Record<string, string>>; switch: boolean };

/** In the order in which `--print` shows them. */
export type BakeTarget = { readonly [K in FieldName]?: Kinds[(typeof fieldKinds)[K]] } & {
  readonly description?: string;
  readonly inherits?: readonly string[];
};

export interface BakeGroup {
  readonly targets: readonly string[];
  readonly description?: string;
}

interface BakeVariable {
  readonly value: Value;
  readonly type?: string;
  readonly description?: string;
}

/** All files together, later ones on top of earlier ones. */
export interface BakeFile {
  readonly targets: Readonly<Record<string, BakeTarget>>;
  readonly groups: Readonly<Record<string, BakeGroup>>;
  /** What its variables are in this run. */
  readonly variables: Readonly<Record<string, BakeVariable>>;
  /** Of what was left out. */
  readonly warnings: readonly string[];
}

export const emptyBakeFile: BakeFile = { targets: {}, groups: {}, variables: {}, warnings: [] };
