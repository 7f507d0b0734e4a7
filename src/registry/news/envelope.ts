// An event in the envelope that receivers of Docker's registry know.
import type { RegistryEvent } from './event.ts';

export const envelopeType = 'application/vnd.docker.distribution.events.v1+json';

export interface EnvelopeSource {
  /** One for each event: a receiver that hears it twice can tell. */
  readonly id: string;
  /** ISO 8601. */
  readonly timestamp: string;
  /** Of this process. */
  readonly instance: string;
}

/** The JSON of an envelope with one event. */
export function formatEnvelope(event: RegistryEvent, { id, timestamp, instance }: EnvelopeSource): string {
  const { repository, target, actor, request } = event;
  const size = target.size === undefined ? {} : { size: target.size, length: target.size };
  const kind = target.mediaType === 'application/octet-stream' ? 'blobs' : 'manifests';
  const place = target.digest ? `/v2/${repository}/${kind}/${target.digest}` : undefined;
  const scheme = request?.secure ? 'https' : 'http';
  const url = place && request?.host ? { url: `${scheme}://${request.host}${place}` } : {};
  const described = { ...target, ...size, repository, ...url };
  const { method, host, userAgent, address } = request ?? { method: '', host: '', userAgent: '', address: '' };
  return JSON.stringify({
    events: [
      {
        ...{ id, timestamp, action: event.action, target: described },
        request: { id, addr: address, host, method, useragent: userAgent },
        actor: { name: actor },
        source: { addr: host, instanceID: instance },
      },
    ],
  });
}
