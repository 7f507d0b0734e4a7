// `--attest`, `--provenance` and `--sbom` as attributes of the frontend say them, and what provenance may tell of the rest.

import type { Attestations, BuildWords, ProvenanceOptions, SbomOptions } from '../../../../builder/index.ts';
import { invalid } from '../../../../lib/errors.ts';
import { parseGoBool } from '../../../../lib/text/go-values.ts';
import { withoutCredentials } from '../../../../lib/text/without-credentials.ts';
import { type Attributes, prefixed } from './attributes.ts';

/** Undefined where none are wanted. Throws `invalid` in BuildKit's words for what makes no sense. */
export function attestations(attributes: Attributes): Attestations | undefined {
  const asked = prefixed(attributes, 'attest:');
  const unknown = Object.keys(asked).find(type => type !== 'provenance' && type !== 'sbom');
  if (unknown !== undefined) throw invalid(`unknown attestation type ${JSON.stringify(unknown)}`);
  const wanted = options(asked.provenance);
  const provenance = wanted && provenanceOptions(wanted);
  const packages = options(asked.sbom);
  if (!provenance && !packages) return undefined;
  return { ...(provenance && { provenance }), ...(packages && { sbom: sbomOptions(packages) }) };
}

/** `mode=max,version=v1`; undefined for none, or one that is disabled. */
function options(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  const fields = text.split(',').filter(Boolean);
  const pairs = fields.map(field => {
    const at = field.indexOf('=');
    return at < 0 ? [field, 'true'] : [field.slice(0, at), field.slice(at + 1)];
  });
  const found: Record<string, string> = Object.fromEntries(pairs);
  return found.disabled !== undefined && flag('disabled', found.disabled) ? undefined : found;
}

function provenanceOptions(given: Readonly<Record<string, string>>): ProvenanceOptions {
  const { version = 'v0.2', reproducible, filename, 'builder-id': builderId, 'inline-only': inlineOnly } = given;
  // Who asks without saying how much gets all; clients that ask by themselves say `min`.
  const mode = given.mode === undefined || given.mode === 'full' ? 'max' : given.mode;
  if (mode !== 'min' && mode !== 'max') throw invalid(`invalid mode ${JSON.stringify(mode)}`);
  if (filename !== undefined && !/^(?!\.\.?$)[^/\0]+$/.test(filename)) {
    throw invalid(`invalid filename ${JSON.stringify(filename)} of provenance: it is a name, not a path`);
  }
  if (version !== 'v0.2' && version !== 'v1') throw invalid(`invalid provenance SLSA version: ${version}`);
  return {
    ...{ mode, version },
    ...(filename !== undefined && { filename }),
    ...(builderId !== undefined && { builderId }),
    ...(inlineOnly !== undefined && { inlineOnly: flag('inline-only', inlineOnly) }),
    ...(reproducible !== undefined && { reproducible: flag('reproducible', reproducible) }),
  };
}

/** Names of variables are told in capitals: buildx hands on keys in small letters only. */
function sbomOptions({ generator, ...others }: Readonly<Record<string, string>>): SbomOptions {
  const parameters = Object.entries(others).filter(([name]) => name !== 'disabled' && name !== 'type');
  return {
    ...(generator !== undefined && { generator }),
    parameters: Object.fromEntries(parameters.map(([name, value]) => [name.toUpperCase(), value])),
  };
}

/** Go's strconv.ParseBool. */
function flag(name: string, value: string): boolean {
  const parsed = parseGoBool(value);
  if (parsed !== undefined) return parsed;
  const quoted = JSON.stringify(value);
  throw invalid(`failed to parse ${name} flag ${quoted}: strconv.ParseBool: parsing ${quoted}: invalid syntax`);
}

/** Attributes that are told elsewhere, or say something of this machine or session only. */
const untold = [
  ...['filename', 'context', 'source', 'requestid', 'frontend.caps', 'cache-imports', 'cache-from'],
  ...['cgroup-parent', 'image-resolve-mode', 'platform', 'berth:why'],
];
const untoldPrefixes = ['attest:', 'vcs:', 'local-sessionid:'];

/** What of the attributes goes into provenance. */
export function wordsOf(attributes: Attributes): BuildWords {
  const told = Object.entries(attributes).filter(
    ([name]) => !untold.includes(name) && !untoldPrefixes.some(prefix => name.startsWith(prefix)),
  );
  const args = told.map(([name, value]) => [name, name.startsWith('context:') ? withoutCredentials(value) : value]);
  return { frontend: 'dockerfile.v0', args: Object.fromEntries(args), vcs: prefixed(attributes, 'vcs:') };
}
