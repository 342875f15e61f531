import { withoutCredentials } from '../text/printable.ts';
import type { Config } from './config.ts';
import type { ResolvedConfig } from './resolve.ts';

const HIDDEN = '[hidden]';

/** The effective configuration as it may be shown: what was given and where, and what came of it. For JSON. */
export function shownConfig({ config, given }: ResolvedConfig): {
  readonly given: Readonly<Record<string, string>>;
  readonly effective: object;
} {
  return { given: Object.fromEntries(given), effective: withoutSecrets(config) };
}

function withoutSecrets({ metadataUrl, otlp, ...others }: Config): object {
  const { url, headers, clientKey, certificate, clientCertificate, proxyEnv } = otlp;
  return {
    metadataUrl: withoutCredentials(metadataUrl.href),
    ...others,
    otlp: {
      ...otlp,
      url: withoutCredentials(url),
      headers: Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN])),
      // Whole PEM texts.
      certificate: certificate && HIDDEN,
      clientCertificate: clientCertificate && HIDDEN,
      clientKey: clientKey && HIDDEN,
      proxyEnv:
        proxyEnv &&
        Object.fromEntries(Object.entries(proxyEnv).map(([name, text]) => [name, withoutCredentials(text)])),
    },
  };
}
