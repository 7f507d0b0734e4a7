// A whole solve request as a build request of ours.
import type { SolveRequest } from '../../../../api/buildkit/control.ts';
import type { BuildRequest, Entitlement } from '../../../../builder/index.ts';
import { invalid } from '../../../../lib/errors.ts';
import type { Evaluation } from './evaluation.ts';
import { type ExportSinks, exportRequest } from './export-requests.ts';
import type { FrontendOptions } from './frontend-options.ts';
import { frontendRequest } from './frontend-request.ts';

/** What a request needs of the client it came from, besides what is in its messages. */
export interface RequestParts extends FrontendOptions, AsyncDisposable {
  readonly sinks: ExportSinks;
  readonly callbacks: NonNullable<BuildRequest['callbacks']>;
  readonly credentials: NonNullable<BuildRequest['credentials']>;
  /** Sends the client what it keeps in directories; after the build. */
  deliver(signal: AbortSignal): Promise<void>;
}

/** Throws `invalid` naming the attribute, exporter or entitlement that makes no sense. */
export function solveToRequest(
  request: SolveRequest,
  { attributes, inputs }: Pick<Evaluation, 'attributes' | 'inputs'>,
  parts: RequestParts,
): BuildRequest {
  const { exporters, exporterDeprecated, exporterAttrsDeprecated } = request;
  const asked =
    exporters.length > 0 || exporterDeprecated === ''
      ? exporters
      : [{ type: exporterDeprecated, attrs: exporterAttrsDeprecated }];
  const exports = asked.map(({ type = '', attrs = {} }, number) => exportRequest({ type, attrs }, number, parts.sinks));
  return {
    ...frontendRequest(attributes, parts, inputs),
    id: request.ref,
    exports: exports.length > 0 ? exports : [{ type: 'cacheonly' }],
    entitlements: request.entitlements.map(entitlement),
    callbacks: parts.callbacks,
    credentials: parts.credentials,
  };
}

function entitlement(name: string): Entitlement {
  if (name === 'network.host' || name === 'security.insecure') return name;
  throw invalid(`unknown entitlement ${name}: there are network.host and security.insecure`);
}
