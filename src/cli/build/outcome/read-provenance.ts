// What the daemon remembers of how a build was done, for its metadata file: without anybody having asked for attestations.
import { type BuildHistoryRecord, buildHistoryEventType } from '../../../api/buildkit/history.ts';
import type { BuildkitClient } from '../../../client/index.ts';
import { parseGoBool } from '../../../lib/text/go-values.ts';

type History = Pick<BuildkitClient, 'history' | 'content'>;

const predicateKey = 'in-toto.io/predicate-type';
const predicatePrefix = 'https://slsa.dev/provenance/';
/** Of predicate v0.2, what `min` has. */
const leastKeys = ['builder', 'buildType', 'materials', 'invocation'];

/**
 * By the keys of buildx's metadata file: `buildx.build.provenance`, of several platforms one each with `/linux/amd64` behind it.
 * BUILDX_METADATA_PROVENANCE in the environment says how much: `min` (also for what makes no sense), `max`, or nothing
 * (`disabled`, false). Empty where nothing is known.
 */
export async function readProvenance(
  buildkit: History,
  ref: string,
  { BUILDX_METADATA_PROVENANCE: wanted = 'min' }: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, unknown>> {
  if (wanted === 'disabled' || parseGoBool(wanted) === false) return {};
  const { result, results = {} } = (await findRecord(buildkit, ref)) ?? {};
  const found: Record<string, unknown> = {};
  for (const [platform, one] of Object.entries({ ...(result && { '': result }), ...results })) {
    const blob = one.attestations?.find(({ annotations = {} }) =>
      annotations[predicateKey]?.startsWith(predicatePrefix),
    );
    if (blob?.digest === undefined) continue;
    const bytes = await buildkit.content(blob.digest);
    const predicate = JSON.parse(Buffer.from(bytes).toString()) as Readonly<Record<string, unknown>>;
    const key = `buildx.build.provenance${platform && `/${platform}`}`;
    found[key] = wanted === 'max' ? predicate : shortened(predicate);
  }
  return found;
}

async function findRecord(buildkit: History, ref: string): Promise<Partial<BuildHistoryRecord> | undefined> {
  for await (const { type, record } of buildkit.history({ ref, earlyExit: true })) {
    if (type === buildHistoryEventType.complete && record?.ref === ref) return record;
  }
  return undefined;
}

function shortened(predicate: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(predicate).filter(([key]) => leastKeys.includes(key)));
}
